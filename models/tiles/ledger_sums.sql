-- ledger_sums: What became of every byte
-- unit: bytes
-- tells: good + duplicate + quarantined + blank + byte order marks = size, for logs and songs.
-- page: health
-- place: 30
-- size: half
-- chart: bars
-- draw: x=fate y=bytes label=percent
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- report: yes
-- columns:
--   fate VARCHAR: what became of the bytes
--   bytes BIGINT: decompressed
--   percent DOUBLE: of all
--   lines BIGINT: likewise
SELECT fate, CAST(bytes AS BIGINT) AS bytes, round(100.0 * bytes / nullif(sum(bytes) OVER (), 0), 2) AS percent,
       CAST(lines AS BIGINT) AS lines
FROM (
  SELECT 1 AS place, 'good' AS fate, sum(good_bytes) AS bytes, sum(good_lines) AS lines FROM ledger
  UNION ALL SELECT 2, 'duplicate', sum(duplicate_bytes), sum(duplicate_lines) FROM ledger
  UNION ALL SELECT 3, 'quarantined', sum(quarantined_bytes), sum(quarantined_lines) FROM ledger
  UNION ALL SELECT 4, 'blank', sum(blank_bytes), sum(blank_lines) FROM ledger
  UNION ALL SELECT 5, 'byte order mark', sum(bom_bytes), NULL FROM ledger
) AS fates
WHERE bytes IS NOT NULL
ORDER BY place

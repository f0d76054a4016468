-- quarantine_lines: Lines in quarantine
-- tells: The newest lines with what the reader said of them.
-- page: health
-- place: 50
-- size: full
-- chart: table
-- for: analysts
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- columns:
--   file VARCHAR: source file
--   place BIGINT: of the line in the decompressed file, bytes
--   reason VARCHAR: why
--   detail VARCHAR: what the reader said
--   raw VARCHAR: the line
--   run BIGINT: that read it
SELECT _file AS file, _offset AS place, reason, detail, raw, run
FROM quarantine
ORDER BY run DESC, _file, _offset
LIMIT 1000

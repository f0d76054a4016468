-- quarantine_by_reason: Quarantine by reason
-- unit: lines
-- tells: Lines that could not become rows. They are kept, with file, place and text.
-- page: health
-- place: 40
-- size: half
-- chart: bars
-- draw: x=reason y=lines
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- report: yes
-- columns:
--   reason VARCHAR: why
--   lines BIGINT: kept in quarantine
--   files BIGINT: that they are of
--   last_run BIGINT: that met one
SELECT reason, count(*) AS lines, count(DISTINCT _file) AS files, max(run) AS last_run
FROM quarantine
GROUP BY reason
ORDER BY lines DESC, reason

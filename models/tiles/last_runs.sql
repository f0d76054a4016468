-- last_runs: Last runs
-- tells: What each run read, and how long it took.
-- page: health
-- place: 20
-- size: half
-- chart: table
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- columns:
--   run BIGINT: number
--   started_at TIMESTAMP WITH TIME ZONE: UTC
--   seconds DOUBLE: from start to commit
--   files BIGINT: read
--   bytes BIGINT: decompressed
--   events BIGINT: added
--   duplicates BIGINT: lines that were there
--   quarantined BIGINT: lines that could not become rows
--   engine VARCHAR: that ran the models
SELECT run, started_at, round(seconds, 2) AS seconds, files, bytes, events, duplicates, quarantined, engine
FROM runs
ORDER BY run DESC
LIMIT 200

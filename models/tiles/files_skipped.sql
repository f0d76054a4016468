-- files_skipped: Skipped files
-- tells: Files among the sources that are no sources, with the reason.
-- page: health
-- place: 70
-- size: half
-- chart: table
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- columns:
--   file VARCHAR: path
--   reason VARCHAR: why it was not read
--   run BIGINT: that met it first
SELECT _file AS file, reason, run
FROM skipped_files
ORDER BY run DESC, _file
LIMIT 1000

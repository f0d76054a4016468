-- audit_results: Audits of the last run
-- tells: Each audit is a query that finds nothing when the data are sound.
-- page: health
-- place: 60
-- size: half
-- chart: table
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- report: yes
-- columns:
--   audit VARCHAR: name
--   table_name VARCHAR: audited
--   failures BIGINT: rows at fault
--   run BIGINT: audited
SELECT audit, table_name, failures, run
FROM (SELECT audit, table_name, failures, run, row_number() OVER (PARTITION BY audit ORDER BY run DESC) AS age FROM audits) AS aged
WHERE age = 1
ORDER BY failures DESC, audit

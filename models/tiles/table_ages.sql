-- table_ages: Tables
-- tells: Every table with its rows, and the run that changed it last.
-- page: health
-- place: 10
-- size: half
-- chart: table
-- columns:
--   table_name VARCHAR: layer and table
--   table_rows BIGINT: in it now
--   run BIGINT: that changed it last
--   changed_at TIMESTAMP WITH TIME ZONE: when that run began
SELECT layer || '.' || table_name AS table_name, table_rows, lake_tables.run, started_at AS changed_at
FROM lake_tables
LEFT JOIN runs ON runs.run = lake_tables.run
ORDER BY lake_tables.run DESC, layer, table_name

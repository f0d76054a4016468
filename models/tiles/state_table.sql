-- state_table: States
-- tells: The same as a table, with the plays whose state is not known.
-- page: where
-- place: 21
-- size: third
-- chart: table
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- columns:
--   state VARCHAR: NULL where the location names none
--   plays BIGINT: in the window
--   listeners BIGINT: distinct; not additive
SELECT nullif(regexp_extract(location, ', ([A-Z]{2})', 1), '') AS state, count(*) AS plays,
       count(DISTINCT user_id) AS listeners
FROM filtered_plays
GROUP BY 1
ORDER BY plays DESC, state

-- plays_by_state: Plays by US state
-- tells: Where in the United States the event log was played, by the listeners' location.
-- page: where
-- place: 20
-- size: wide
-- chart: states
-- draw: x=state y=plays
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- columns:
--   state VARCHAR: of "city, ST"; a metropolitan area of several states counts in its first
--   plays BIGINT: in the window
--   listeners BIGINT: distinct; not additive
SELECT state, count(*) AS plays, count(DISTINCT user_id) AS listeners
FROM (
  SELECT regexp_extract(location, ', ([A-Z]{2})', 1) AS state, user_id
  FROM filtered_plays
) AS placed
WHERE state <> ''
GROUP BY state
ORDER BY plays DESC, state

-- plays_by_hour: When it is played
-- unit: plays
-- tells: Plays of the event log by hour and weekday, UTC.
-- page: where
-- place: 50
-- size: full
-- chart: heatmap
-- draw: x=hour series=weekday y=plays
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- report: yes
-- columns:
--   hour BIGINT: 0 to 23, UTC
--   weekday VARCHAR: Monday to Sunday
--   plays BIGINT: in the window
WITH counted AS (
  SELECT hour(start_hour) AS hour, isodow(start_hour) AS weekday, sum(plays) AS plays
  FROM (SELECT date_trunc('hour', utc_clock(start_time)) AS start_hour, count(*) AS plays FROM filtered_plays GROUP BY 1) AS hourly
  GROUP BY 1, 2
)
SELECT hours.hour, days.name AS weekday, CAST(coalesce(plays, 0) AS BIGINT) AS plays
FROM (SELECT unnest(range(24)) AS hour) AS hours
CROSS JOIN (VALUES (1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'),
            (7, 'Sunday')) AS days(number, name)
LEFT JOIN counted ON counted.hour = hours.hour AND counted.weekday = days.number
WHERE EXISTS (SELECT 1 FROM counted)
ORDER BY days.number, hours.hour

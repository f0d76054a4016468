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
SELECT hours.hour, days.name AS weekday, coalesce(plays, 0) AS plays
FROM (SELECT unnest(range(24)) AS hour) AS hours
CROSS JOIN (VALUES (1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'),
            (7, 'Sunday')) AS days(number, name)
LEFT JOIN (
  SELECT hour(utc_clock(start_time)) AS hour, isodow(utc_clock(start_time)) AS weekday, count(*) AS plays
  FROM filtered_plays
  GROUP BY 1, 2
) AS counted ON counted.hour = hours.hour AND counted.weekday = days.number
WHERE EXISTS (SELECT 1 FROM filtered_plays)
ORDER BY days.number, hours.hour

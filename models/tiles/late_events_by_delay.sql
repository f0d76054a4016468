-- late_events_by_delay: Late events by delay
-- tells: How far behind the newest event the late ones were. Corrected ones are in their windows.
-- page: live
-- place: 40
-- size: half
-- chart: bars
-- draw: x=delay y=events
-- makes: cadenza stream --source incoming --lake {lake}
-- columns:
--   delay VARCHAR: behind the newest event
--   events BIGINT: that late
--   corrected BIGINT: of these, counted into their windows afterwards
SELECT delay, count(*) AS events, count(*) FILTER (WHERE corrected) AS corrected
FROM (
  SELECT corrected, CASE WHEN delay_seconds < 3600 THEN 'up to an hour' WHEN delay_seconds < 7200 THEN '1 to 2 hours'
                         WHEN delay_seconds < 21600 THEN '2 to 6 hours' WHEN delay_seconds < 86400 THEN '6 to 24 hours'
                         ELSE 'more than a day' END AS delay, delay_seconds
  FROM late_events
) AS told
GROUP BY delay
ORDER BY min(delay_seconds)

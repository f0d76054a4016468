-- live_windows: Windows of five minutes
-- tells: The last day of windows, of sessions or, where the stream reads logs, of their lines. Provisional ones are hollow; a diamond is an alert, the dash beside it what was expected.
-- page: live
-- place: 20
-- size: full
-- chart: windows
-- makes: cadenza stream --source incoming --lake {lake}
-- optional: sessions_5m, events_5m, sessions_alerts
-- columns:
--   window_start TIMESTAMP WITH TIME ZONE: first instant of the window
--   counted BIGINT: in the window; NULL where there is no window
--   counts VARCHAR: what is counted: sessions or events
--   customers BIGINT: distinct customers, exact; not additive
--   is_final BOOLEAN: the watermark has passed the window
--   alert VARCHAR: spike, drop or missing, where the rules told of the window
--   expected DOUBLE: count that was usual then
--   low DOUBLE: fewest that are no alert
--   high DOUBLE: most that are no alert
WITH windows AS (
  SELECT 'sessions' AS counts, window_start, window_end, sessions AS counted, customers, is_final FROM sessions_5m
  UNION ALL
  SELECT 'events', window_start, window_end, events, customers, is_final FROM events_5m
  WHERE NOT EXISTS (SELECT 1 FROM sessions_5m)
), slots AS (
  SELECT counts, unnest(generate_series(newest - INTERVAL 1 DAY, newest, length)) AS window_start
  FROM (
    SELECT max(window_start) AS newest, min(window_end - window_start) AS length, min(counts) AS counts FROM windows
  ) AS ends
), told AS (
  SELECT window_start, min(kind) AS kind, min(expected) AS expected, min(low) AS low, min(high) AS high
  FROM sessions_alerts
  WHERE state = 'opened' AND windows_table = (SELECT min(counts) || '_5m' FROM windows) AND series IS NULL
  GROUP BY window_start
)
SELECT slots.window_start, windows.counted, slots.counts, windows.customers, windows.is_final, told.kind AS alert, told.expected,
       told.low, told.high
FROM slots
LEFT JOIN windows ON windows.window_start = slots.window_start
LEFT JOIN told ON told.window_start = slots.window_start
ORDER BY slots.window_start

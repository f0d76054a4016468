-- live_windows: Sessions by five minutes
-- tells: The last day of windows. Provisional ones are hollow; a diamond is an alert, the dash beside it what was expected.
-- page: live
-- place: 20
-- size: full
-- chart: windows
-- makes: cadenza stream --source incoming --lake {lake}
-- optional: sessions_alerts
-- columns:
--   window_start TIMESTAMP WITH TIME ZONE: first instant of the window
--   sessions BIGINT: that begin in the window; NULL where there is no window
--   customers BIGINT: distinct customers, exact; not additive
--   is_final BOOLEAN: the watermark has passed the window
--   alert VARCHAR: spike, drop or missing, where the rules told of the window
--   expected DOUBLE: sessions that were usual then
--   low DOUBLE: fewest that are no alert
--   high DOUBLE: most that are no alert
WITH slots AS (
  SELECT unnest(generate_series(newest - INTERVAL 1 DAY, newest, length)) AS window_start
  FROM (SELECT max(window_start) AS newest, min(window_end - window_start) AS length FROM sessions_5m) AS ends
), told AS (
  SELECT window_start, min(kind) AS kind, min(expected) AS expected, min(low) AS low, min(high) AS high
  FROM sessions_alerts
  WHERE state = 'opened' AND windows_table = 'sessions_5m' AND series IS NULL
  GROUP BY window_start
)
SELECT slots.window_start, windows.sessions, windows.customers, windows.is_final, told.kind AS alert, told.expected,
       told.low, told.high
FROM slots
LEFT JOIN sessions_5m AS windows ON windows.window_start = slots.window_start
LEFT JOIN told ON told.window_start = slots.window_start
ORDER BY slots.window_start

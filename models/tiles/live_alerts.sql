-- live_alerts: Alerts
-- tells: What the rules found in the live windows, the newest first, with what they expected.
-- page: live
-- place: 30
-- size: half
-- chart: table
-- makes: cadenza alerts check --lake {lake}
-- columns:
--   window_start TIMESTAMP WITH TIME ZONE: that opened or closed the alert
--   kind VARCHAR: spike, drop or missing
--   state VARCHAR: opened or closed
--   sessions BIGINT: in the window
--   expected DOUBLE: usual then
--   rule VARCHAR: that found it
--   series VARCHAR: the group that it is about; NULL: all sessions
SELECT window_start, kind, state, sessions, round(expected, 1) AS expected, rule, series
FROM sessions_alerts
ORDER BY window_start DESC, state
LIMIT 200

-- session_hours: at which hours sessions start.
-- grain: one row per UTC day and hour with a session
-- unique: date, hour
-- references: date in days.date
-- refresh: whole
-- columns:
--   date DATE: UTC
--   hour BIGINT: 0 to 23, UTC
--   sessions BIGINT: that start in the hour
SELECT session_date AS date, CAST(hour(utc_clock(start_time)) AS BIGINT) AS hour, CAST(count(*) AS BIGINT) AS sessions
FROM engagement_sessions
JOIN engagement_customers ON engagement_customers.customer_id = engagement_sessions.customer_id
GROUP BY session_date, hour(utc_clock(start_time))

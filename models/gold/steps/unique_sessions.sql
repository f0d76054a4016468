-- unique_sessions: the sessions of a source in which some come more than once.
-- grain: one row per customer and session_id; a session that is told differently starts at its first start
-- kind: view
-- columns: those of engagement_sessions
SELECT customer_id, session_id, min(start_time) AS start_time,
       CAST(utc_clock(min(start_time)) AS DATE) AS session_date, max(duration_ms) AS duration_ms,
       min(platform) AS platform, min(device) AS device, min(country) AS country
FROM delivered_sessions
GROUP BY customer_id, session_id

-- session_days: on which days a customer_id had sessions, and how many, known customer or not.
-- grain: one row per customer_id and UTC day with a session
-- kind: temporary
-- A session counts on the day on which it starts.
-- columns: customer_id, session_date, sessions, duration_ms, first_time, last_time
SELECT customer_id, session_date, CAST(count(*) AS BIGINT) AS sessions,
       CAST(sum(duration_ms) AS BIGINT) AS duration_ms,
       min(start_time) AS first_time, max(start_time) AS last_time
FROM engagement_sessions
GROUP BY customer_id, session_date

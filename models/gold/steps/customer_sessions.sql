-- customer_sessions: each customer_id's sessions, in all and in the analysis window, known customer or not.
-- grain: one row per customer_id with a session
-- kind: temporary
-- A session counts on the day on which it starts.
-- columns: customer_id, sessions_ever, first_time, last_time, sessions, active_days, first_session_date,
--   last_session_date
SELECT customer_id, CAST(count(*) AS BIGINT) AS sessions_ever, min(start_time) AS first_time, max(start_time) AS last_time,
       CAST(count(day) AS BIGINT) AS sessions, CAST(count_days(day) AS BIGINT) AS active_days,
       min(day) AS first_session_date, max(day) AS last_session_date
FROM (
  SELECT customer_id, start_time,
         CASE WHEN session_date >= window_start AND session_date <= window_end THEN session_date END AS day
  FROM engagement_sessions
  CROSS JOIN kpi_settings
) AS in_window
GROUP BY customer_id

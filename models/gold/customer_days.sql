-- customer_days: on which days a customer had sessions, and how many: what most of gold is made of.
-- grain: one row per customer and UTC day with a session
-- kind: temporary
-- A session counts on the day on which it starts. Sessions of customers whom `customers` does not
-- list are left out, so that no share can exceed 100 %.
-- columns: customer_id, session_date, sessions, duration_ms, first_time, last_time
SELECT days.customer_id, session_date, sessions, duration_ms, first_time, last_time
FROM (
  SELECT customer_id, session_date, CAST(count(*) AS BIGINT) AS sessions,
         CAST(sum(duration_ms) AS BIGINT) AS duration_ms,
         min(start_time) AS first_time, max(start_time) AS last_time
  FROM engagement_sessions
  GROUP BY customer_id, session_date
) AS days
JOIN engagement_customers ON engagement_customers.customer_id = days.customer_id

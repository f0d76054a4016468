-- customer_days: on which days a customer had sessions, and how many: what most of gold is made of.
-- grain: one row per customer and UTC day with a session
-- unique: customer_id, session_date
-- references: customer_id in customer_engagement.customer_id
-- references: session_date in days.date
-- refresh: whole
-- partition: month
-- A session counts on the day on which it starts. Sessions of customers whom the source does not list
-- are left out, so that no share can exceed 100 %.
-- Durations below 0 or above a week are none, and counted.
-- columns:
--   customer_id VARCHAR: customer
--   session_date DATE: UTC
--   sessions BIGINT: that start on the day
--   duration_ms BIGINT: of these sessions together; NULL where the source tells none
--   odd_durations BIGINT: of these sessions, those whose duration is below 0 or above a week
--   month DATE: first day of the month
SELECT counted.customer_id, session_date, sessions, duration_ms, odd_durations,
       CAST(date_trunc('month', session_date) AS DATE) AS month
FROM (
  SELECT customer_id, session_date, CAST(count(*) AS BIGINT) AS sessions,
         CAST(sum(CASE WHEN duration_ms >= 0 AND duration_ms <= 604800000 THEN CAST(duration_ms AS INTEGER) END) AS BIGINT) AS duration_ms,
         CAST(count(CASE WHEN duration_ms < 0 OR duration_ms > 604800000 THEN 1 END) AS BIGINT) AS odd_durations
  FROM engagement_sessions
  GROUP BY customer_id, session_date
) AS counted
JOIN engagement_customers ON engagement_customers.customer_id = counted.customer_id

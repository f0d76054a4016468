-- customer_periods: in which days, weeks and months a customer had sessions.
-- grain: one row per period, its first day and customer with a session in it
-- kind: temporary
-- columns: period, period_start, customer_id, sessions, duration_ms
SELECT 'day' AS period, session_date AS period_start, customer_id, sessions, duration_ms
FROM customer_days
UNION ALL
SELECT 'week', CAST(date_trunc('week', session_date) AS DATE), customer_id,
       CAST(sum(sessions) AS BIGINT), CAST(sum(duration_ms) AS BIGINT)
FROM customer_days GROUP BY CAST(date_trunc('week', session_date) AS DATE), customer_id
UNION ALL
SELECT 'month', CAST(date_trunc('month', session_date) AS DATE), customer_id,
       CAST(sum(sessions) AS BIGINT), CAST(sum(duration_ms) AS BIGINT)
FROM customer_days GROUP BY CAST(date_trunc('month', session_date) AS DATE), customer_id

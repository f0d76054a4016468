-- customer_days: on which days a customer had sessions, and how many: what most of gold is made of.
-- grain: one row per customer and UTC day with a session
-- kind: temporary
-- Sessions of customers whom the source does not list are left out, so that no share can exceed 100 %.
-- columns: customer_id, session_date, sessions, duration_ms, first_time, last_time
SELECT session_days.customer_id, session_date, sessions, duration_ms, first_time, last_time
FROM session_days
JOIN engagement_customers ON engagement_customers.customer_id = session_days.customer_id

-- session_customers: the customers of a source that lists none: those with sessions.
-- grain: one row per customer
-- kind: temporary
-- columns: those of engagement_customers
SELECT customer_id, min(country) AS country, CAST(NULL AS DATE) AS signup_date
FROM engagement_sessions
GROUP BY customer_id

-- log_customers: the customers of an event-log lake: every listener on any page.
-- grain: one row per customer
-- kind: view
-- columns: those of engagement_customers
SELECT user_id AS customer_id, CAST(NULL AS VARCHAR) AS country,
       CAST(utc_clock(timestamp_millis(CAST(min(registration) AS BIGINT))) AS DATE) AS signup_date
FROM settled_events
WHERE user_id IS NOT NULL
GROUP BY user_id

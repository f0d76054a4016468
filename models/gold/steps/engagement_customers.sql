-- engagement_customers: all customers of an engagement source.
-- grain: one row per customer
-- kind: temporary
-- columns: customer_id, country, signup_date
SELECT customer_id, min(country) AS country, CAST(utc_clock(min(signup_time)) AS DATE) AS signup_date
FROM source_customers
WHERE customer_id IS NOT NULL
GROUP BY customer_id

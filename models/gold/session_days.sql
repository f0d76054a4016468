-- session_days: a customer's sessions of a day by platform and device, where the source tells them.
-- grain: one row per customer, UTC day, platform and device
-- unique: customer_id, session_date, platform, device
-- references: customer_id in customer_engagement.customer_id
-- references: session_date in days.date
-- refresh: whole
-- partition: month
-- Where only events tell the platform, the sessions that have events. No rows where nothing tells it.
-- columns:
--   customer_id VARCHAR: customer
--   session_date DATE: UTC
--   platform VARCHAR: unknown where the source has none
--   device VARCHAR: unknown where the source has none
--   sessions BIGINT: that start on the day
--   month DATE: first day of the month
SELECT traits.customer_id, session_date, coalesce(platform, 'unknown') AS platform, coalesce(device, 'unknown') AS device,
       CAST(sum(sessions) AS BIGINT) AS sessions, CAST(date_trunc('month', session_date) AS DATE) AS month
FROM session_traits AS traits
JOIN engagement_customers ON engagement_customers.customer_id = traits.customer_id
WHERE platform IS NOT NULL OR device IS NOT NULL
GROUP BY traits.customer_id, session_date, coalesce(platform, 'unknown'), coalesce(device, 'unknown')

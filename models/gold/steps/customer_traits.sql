-- customer_traits: the country, platforms and devices of active customers, with their sessions in the window.
-- grain: one row per dimension, segment and customer
-- kind: temporary
-- columns: dimension, segment, customer_id, sessions
SELECT 'country' AS dimension, coalesce(country, 'unknown') AS segment, customer_id, sessions
FROM customer_engagement
WHERE is_active
UNION ALL
SELECT 'platform', coalesce(platform, 'unknown'), customer_id, CAST(sum(sessions) AS BIGINT)
FROM session_traits CROSS JOIN kpi_settings
WHERE session_date >= window_start AND session_date <= window_end
GROUP BY coalesce(platform, 'unknown'), customer_id
UNION ALL
SELECT 'device', coalesce(device, 'unknown'), customer_id, CAST(sum(sessions) AS BIGINT)
FROM session_traits CROSS JOIN kpi_settings
WHERE session_date >= window_start AND session_date <= window_end
GROUP BY coalesce(device, 'unknown'), customer_id

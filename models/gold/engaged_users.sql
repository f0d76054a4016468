-- engaged_users: customers with at least 80 (setting) distinct sessions in the window / active customers, in percent.
-- grain: one row
-- kind: view
-- columns: metric, value, numerator, denominator
SELECT 'engaged_users' AS metric, half_up_percent(numerator, denominator) AS value, numerator, denominator
FROM (
  SELECT count(CASE WHEN is_engaged AND is_active THEN 1 END) AS numerator,
         count(CASE WHEN is_active THEN 1 END) AS denominator
  FROM customer_engagement
) AS counts

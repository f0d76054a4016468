-- paid_share: active customers with a paid subscription that overlaps the window / active customers, in percent.
-- grain: one row
-- kind: view
-- columns: metric, value, numerator, denominator
SELECT 'paid_share' AS metric, half_up_percent(numerator, denominator) AS value, numerator, denominator
FROM (
  SELECT count(CASE WHEN is_paid AND is_active THEN 1 END) AS numerator,
         count(CASE WHEN is_active THEN 1 END) AS denominator
  FROM customer_engagement
) AS counts

-- session_adoption_rate: distinct customers with at least one session in the window / all customers, in percent.
-- grain: one row
-- kind: view
-- columns: metric, value, numerator, denominator
SELECT 'session_adoption_rate' AS metric, half_up_percent(numerator, denominator) AS value, numerator, denominator
FROM (
  SELECT count(CASE WHEN is_active THEN 1 END) AS numerator, count(*) AS denominator
  FROM customer_engagement
) AS counts

-- kpi_summary: the three KPIs of the analysis window.
-- grain: one row per metric
-- refresh: whole
-- Rounded half up to two digits. Shares of distinct customers: they do not add up over windows.
-- columns:
--   metric VARCHAR: session_adoption_rate, engaged_users or paid_share; each is a model of its own
--   value DOUBLE: percent; NULL where the denominator is 0
--   numerator BIGINT: customers
--   denominator BIGINT: customers
--   window_start DATE: first day, inclusive
--   window_end DATE: last day, inclusive
--   covered_from DATE: first day of the window of which there are data; NULL: there are none in it
--   covered_to DATE: last day of the window of which there are data
SELECT metric, value, CAST(numerator AS BIGINT) AS numerator, CAST(denominator AS BIGINT) AS denominator,
       window_start, window_end,
       CASE WHEN first_day <= window_end AND last_day >= window_start THEN greatest(first_day, window_start) END AS covered_from,
       CASE WHEN first_day <= window_end AND last_day >= window_start THEN least(last_day, window_end) END AS covered_to
FROM (
  SELECT * FROM session_adoption_rate
  UNION ALL SELECT * FROM engaged_users
  UNION ALL SELECT * FROM paid_share
) AS metrics
CROSS JOIN kpi_settings
CROSS JOIN data_span

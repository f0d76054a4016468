-- kpi_summary: the three KPIs of the analysis window.
-- grain: one row per metric
-- unique: metric
-- refresh: whole
-- Rounded half up to two digits. Shares of distinct customers: they do not add up over windows.
-- columns:
--   metric VARCHAR: session_adoption_rate, engaged_users or paid_share; each is a file of models/metrics
--   value DOUBLE: percent; NULL where the denominator is 0
--   numerator BIGINT: customers
--   denominator BIGINT: customers
--   window_start DATE: first day, inclusive
--   window_end DATE: last day, inclusive
--   covered_from DATE: first day of the window of which there are data; NULL: there are none in it
--   covered_to DATE: last day of the window of which there are data
SELECT metric, half_up_percent(numerator, denominator) AS value, CAST(numerator AS BIGINT) AS numerator,
       CAST(denominator AS BIGINT) AS denominator, window_start, window_end,
       CASE WHEN first_day <= window_end AND last_day >= window_start THEN greatest(first_day, window_start) END AS covered_from,
       CASE WHEN first_day <= window_end AND last_day >= window_start THEN least(last_day, window_end) END AS covered_to
FROM window_metrics
CROSS JOIN kpi_settings
CROSS JOIN data_span

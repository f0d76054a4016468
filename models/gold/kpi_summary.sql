-- kpi_summary: the three KPIs of the analysis window.
-- grain: one row per metric
-- refresh: whole
-- Rounded half up to two digits. Shares of distinct customers: they do not add up over windows.
-- columns:
--   metric VARCHAR: session_adoption_rate, engaged_users or paid_share; each is a file of models/metrics
--   value DOUBLE: percent; NULL where the denominator is 0
--   numerator BIGINT: customers
--   denominator BIGINT: customers
--   window_start DATE: first day, inclusive
--   window_end DATE: last day, inclusive
SELECT metric, half_up_percent(numerator, denominator) AS value, CAST(numerator AS BIGINT) AS numerator, CAST(denominator AS BIGINT) AS denominator,
       window_start, window_end
FROM window_metrics
CROSS JOIN kpi_settings

-- kpi_as_published: the three KPIs with the defects of the published ones, to compare with.
-- grain: one row per metric
-- unique: metric
-- refresh: whole
-- job: kpi --as-published
-- Made on request only (--as-published). Two defects: the window ends at the midnight at which its
-- last day begins, and whoever pays counts for the paid share, active or not.
-- columns:
--   metric VARCHAR: as in kpi_summary
--   value DOUBLE: percent; NULL where the denominator is 0
--   numerator BIGINT: customers
--   denominator BIGINT: customers
--   window_start DATE: first day, inclusive
--   window_end DATE: last day, of which only the midnight is counted
SELECT metric, half_up_percent(numerator, denominator) AS value, CAST(numerator AS BIGINT) AS numerator,
       CAST(denominator AS BIGINT) AS denominator, window_start, window_end
FROM (
  SELECT 'session_adoption_rate' AS metric, active AS numerator, customers AS denominator
  FROM published_counts
  UNION ALL
  SELECT 'engaged_users', engaged, active FROM published_counts
  UNION ALL
  SELECT 'paid_share', paid, active FROM published_counts
) AS metrics
CROSS JOIN kpi_settings

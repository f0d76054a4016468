-- kpi_trend: adoption, engagement and paid share by day, week and month.
-- grain: one row per metric, period (day, week, month) and its first day
-- unique: metric, period, period_start
-- refresh: whole
-- The definitions are those of kpi_summary with the period as the window. The engaged threshold is
-- taken in proportion: 80 sessions in 62 days are 9.03 in a week. Distinct customers: nothing here
-- adds up over periods.
-- columns:
--   metric VARCHAR: session_adoption_rate, engaged_users or paid_share
--   period VARCHAR: day, week (ISO, from Monday) or month
--   period_start DATE: first day
--   period_end DATE: last day
--   value DOUBLE: percent; NULL where the denominator is 0
--   numerator BIGINT: customers; not additive
--   denominator BIGINT: customers; not additive
--   is_complete BOOLEAN: the data cover the whole period
SELECT metric, period, period_start, period_end, half_up_percent(numerator, denominator) AS value,
       CAST(numerator AS BIGINT) AS numerator, CAST(denominator AS BIGINT) AS denominator, is_complete
FROM period_metrics

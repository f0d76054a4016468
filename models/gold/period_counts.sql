-- period_counts: active, engaged and paid customers by day, week and month.
-- grain: one row per period (day, week, month) and its first day
-- kind: temporary
-- columns: period, period_start, period_end, is_complete, active, engaged, paid
SELECT periods.period, periods.period_start, periods.period_end, periods.is_complete,
       count(seen.customer_id) AS active,
       count(CASE WHEN seen.sessions * window_days
                       >= engaged_sessions * (days_between(periods.period_end, periods.period_start) + 1)
                  THEN 1 END) AS engaged,
       count(paid.customer_id) AS paid
FROM observed_periods AS periods
CROSS JOIN kpi_settings
LEFT JOIN customer_periods AS seen
  ON seen.period = periods.period AND seen.period_start = periods.period_start
LEFT JOIN paid_periods AS paid
  ON paid.period = seen.period AND paid.period_start = seen.period_start AND paid.customer_id = seen.customer_id
GROUP BY periods.period, periods.period_start, periods.period_end, periods.is_complete

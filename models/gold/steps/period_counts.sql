-- period_counts: how many customers had how many sessions by day, week and month, those without any too.
-- grain: one row per period (day, week, month), its first day, sessions and is_paid
-- kind: temporary
-- engaged_sessions is in proportion to the period: 80 sessions in 62 days are 10 in a week. The sum for each period is all
-- customers; of those without sessions nobody asks whether they pay.
-- columns: period, period_start, period_end, is_complete, sessions, is_paid, engaged_sessions, customers
SELECT period, period_start, period_end, is_complete, sessions, is_paid,
       CAST(ceil(CAST(engaged_sessions * (days_between(period_end, period_start) + 1) AS DOUBLE) / window_days) AS BIGINT)
         AS engaged_sessions,
       customers
FROM (
  SELECT periods.period, periods.period_start, periods.period_end, periods.is_complete, seen.sessions,
         paid.customer_id IS NOT NULL AS is_paid, CAST(count(*) AS BIGINT) AS customers
  FROM observed_periods AS periods
  JOIN customer_periods AS seen ON seen.period = periods.period AND seen.period_start = periods.period_start
  LEFT JOIN paid_periods AS paid
    ON paid.period = seen.period AND paid.period_start = seen.period_start AND paid.customer_id = seen.customer_id
  GROUP BY periods.period, periods.period_start, periods.period_end, periods.is_complete, seen.sessions,
           paid.customer_id IS NOT NULL
  UNION ALL
  SELECT periods.period, periods.period_start, periods.period_end, periods.is_complete, CAST(0 AS BIGINT), false,
         CAST((SELECT count(*) FROM engagement_customers) - count(seen.customer_id) AS BIGINT)
  FROM observed_periods AS periods
  LEFT JOIN customer_periods AS seen ON seen.period = periods.period AND seen.period_start = periods.period_start
  GROUP BY periods.period, periods.period_start, periods.period_end, periods.is_complete
) AS classes
CROSS JOIN kpi_settings

-- conversion_trend: free customers who begin to pay, and paying ones who stop, by day, week and month.
-- grain: one row per period (day, week, month) and its first day
-- unique: period, period_start
-- refresh: whole
-- Customers are distinct in each period: nothing but changes of days adds up.
-- columns:
--   period VARCHAR: day, week (ISO, from Monday) or month
--   period_start DATE: first day
--   period_end DATE: last day
--   free_customers BIGINT: customers without a paid subscription when the period begins; not additive
--   converted BIGINT: of these, who begin to pay in the period
--   downgraded BIGINT: customers who go back to free in the period
--   cancelled BIGINT: customers who cancel in the period
--   conversion_percent DOUBLE: converted / free_customers
--   is_complete BOOLEAN: the data cover the whole period
SELECT periods.period, periods.period_start, periods.period_end,
       CAST(everybody - coalesce(paying, 0) AS BIGINT) AS free_customers,
       CAST(coalesce(converted, 0) AS BIGINT) AS converted, CAST(coalesce(downgraded, 0) AS BIGINT) AS downgraded,
       CAST(coalesce(cancelled, 0) AS BIGINT) AS cancelled,
       half_up_percent(coalesce(converted, 0), everybody - coalesce(paying, 0)) AS conversion_percent,
       periods.is_complete
FROM observed_periods AS periods
CROSS JOIN (SELECT count(*) AS everybody FROM engagement_customers) AS all_customers
LEFT JOIN (
  SELECT periods.period, periods.period_start, sum(step) AS paying
  FROM observed_periods AS periods
  JOIN paying_steps ON paying_steps.day < periods.period_start
  GROUP BY periods.period, periods.period_start
) AS paid ON paid.period = periods.period AND paid.period_start = periods.period_start
LEFT JOIN (
  SELECT changed.period, changed.period_start,
         count(DISTINCT CASE WHEN change = 'converted' AND paying.customer_id IS NULL THEN changed.customer_id END) AS converted,
         count(DISTINCT CASE WHEN change = 'downgraded' THEN changed.customer_id END) AS downgraded,
         count(DISTINCT CASE WHEN change = 'cancelled' THEN changed.customer_id END) AS cancelled
  FROM changed_periods AS changed
  LEFT JOIN held_spans AS paying
    ON paying.customer_id = changed.customer_id
       AND paying.start_time < CAST(changed.period_start AS TIMESTAMP WITH TIME ZONE)
       AND coalesce(paying.end_time, CAST('9999-12-31 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))
           >= CAST(changed.period_start AS TIMESTAMP WITH TIME ZONE)
  GROUP BY changed.period, changed.period_start
) AS changes ON changes.period = periods.period AND changes.period_start = periods.period_start

-- lifecycle: new, returning, resurrecting and dormant customers by day, week and month.
-- grain: one row per period (day, week, month) and its first day
-- unique: period, period_start
-- refresh: whole
-- listeners = new + returning + resurrecting; listeners of the period before = returning + dormant.
-- The data's first period knows nobody from before: all of its customers are new there.
-- columns:
--   period VARCHAR: day, week (ISO, from Monday) or month
--   period_start DATE: first day
--   period_end DATE: last day
--   listeners BIGINT: customers with a session in the period; not additive
--   new_listeners BIGINT: whose first session of all is in the period
--   returning_listeners BIGINT: who also had one in the period before
--   resurrecting_listeners BIGINT: who had one earlier, but not in the period before
--   dormant_listeners BIGINT: who had one in the period before and have none in this
--   listeners_before BIGINT: of the period before
--   is_complete BOOLEAN: the data cover the whole period
SELECT period, period_start, period_end, listeners, new_listeners, returning_listeners,
       listeners - new_listeners - returning_listeners AS resurrecting_listeners,
       listeners_before - returning_listeners AS dormant_listeners, listeners_before, is_complete
FROM (
  SELECT periods.period, periods.period_start, periods.period_end, periods.is_complete,
         CAST(count(seen.customer_id) AS BIGINT) AS listeners,
         CAST(count(CASE WHEN seen.customer_id IS NOT NULL AND before_start IS NULL THEN 1 END) AS BIGINT) AS new_listeners,
         CAST(count(CASE WHEN before_start = periods.previous_start THEN 1 END) AS BIGINT) AS returning_listeners,
         CAST(coalesce(lag(count(seen.customer_id)) OVER (PARTITION BY periods.period ORDER BY periods.period_start), 0)
              AS BIGINT) AS listeners_before
  FROM (
    SELECT *, lag(period_start) OVER (PARTITION BY period ORDER BY period_start) AS previous_start
    FROM observed_periods
  ) AS periods
  LEFT JOIN (
    SELECT period, period_start, customer_id,
           lag(period_start) OVER (PARTITION BY period, customer_id ORDER BY period_start) AS before_start
    FROM customer_periods
  ) AS seen ON seen.period = periods.period AND seen.period_start = periods.period_start
  GROUP BY periods.period, periods.period_start, periods.period_end, periods.is_complete
) AS counts

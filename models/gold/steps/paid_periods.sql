-- paid_periods: active customers whose paid subscription overlaps the day, week or month.
-- grain: one row per period, its first day and customer
-- kind: temporary
-- A span without an end lasts to the year 9999 here: comparisons alone are joined by hash.
-- columns: period, period_start, customer_id
SELECT seen.period, seen.period_start, seen.customer_id
FROM customer_periods AS seen
JOIN observed_periods AS periods
  ON periods.period = seen.period AND periods.period_start = seen.period_start
SEMI JOIN paid_spans
  ON paid_spans.customer_id = seen.customer_id
     AND paid_spans.start_time < CAST(periods.period_end + 1 AS TIMESTAMP WITH TIME ZONE)
     AND coalesce(paid_spans.end_time, CAST('9999-12-31 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))
         >= CAST(periods.period_start AS TIMESTAMP WITH TIME ZONE)

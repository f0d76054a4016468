-- paid_periods: active customers whose paid subscription overlaps the day, week or month.
-- grain: one row per period, its first day and customer
-- kind: temporary
-- columns: period, period_start, customer_id
SELECT DISTINCT seen.period, seen.period_start, seen.customer_id
FROM customer_periods AS seen
JOIN observed_periods AS periods
  ON periods.period = seen.period AND periods.period_start = seen.period_start
JOIN paid_spans ON paid_spans.customer_id = seen.customer_id
WHERE paid_spans.start_time < CAST(periods.period_end + 1 AS TIMESTAMP WITH TIME ZONE)
  AND (paid_spans.end_time IS NULL OR paid_spans.end_time >= CAST(periods.period_start AS TIMESTAMP WITH TIME ZONE))

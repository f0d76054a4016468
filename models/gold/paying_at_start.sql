-- paying_at_start: who has a paid subscription when a day, week or month begins.
-- grain: one row per period, its first day and customer
-- kind: temporary
-- columns: period, period_start, customer_id
SELECT period, period_start, held_spans.customer_id
FROM observed_periods
JOIN held_spans
  ON held_spans.start_time < CAST(period_start AS TIMESTAMP WITH TIME ZONE)
     AND (held_spans.end_time IS NULL OR held_spans.end_time >= CAST(period_start AS TIMESTAMP WITH TIME ZONE))
JOIN engagement_customers ON engagement_customers.customer_id = held_spans.customer_id

-- subscription_changes: who began to pay, went back to free, or cancelled, and when.
-- grain: one row per customer and change
-- unique: customer_id, change_date, change
-- refresh: whole
-- A change lies between a time at which somebody pays and one at which not, over the union of all
-- subscriptions: they may overlap, lie inside one another or begin at once; one that does not end after
-- it begins plays no part. What pays: the type does not contain the free word, or, where it is not told,
-- an amount was paid; the status plays no part, because it tells of today. Converted: paying after free,
-- after a gap of more than a day, or as the first subscription of all (not in an event log, which begins
-- amid things). Downgraded: paying ends and a free subscription goes on or follows within a day.
-- Cancelled: paying ends and no such one follows, or the log has a cancellation.
-- columns:
--   customer_id VARCHAR: customer
--   change_date DATE: UTC
--   change VARCHAR: converted, downgraded or cancelled
SELECT DISTINCT customer_id, CAST(utc_clock(change_time) AS DATE) AS change_date, change
FROM (
  SELECT spans.customer_id, spans.start_time AS change_time, 'converted' AS change
  FROM paying_spans AS spans
  JOIN (SELECT customer_id, min(start_time) AS first_time FROM subscription_spans GROUP BY customer_id) AS firsts
    ON firsts.customer_id = spans.customer_id
  CROSS JOIN kpi_settings
  WHERE spans.basis = 'type' AND (first_paid_converts OR firsts.first_time < spans.start_time)
  UNION ALL
  SELECT customer_id, CASE WHEN free_time IS NULL THEN end_time ELSE greatest(end_time, free_time) END,
         CASE WHEN free_time IS NULL THEN 'cancelled' ELSE 'downgraded' END
  FROM paying_ends
  UNION ALL
  SELECT customer_id, cancelled_time, 'cancelled' FROM engagement_cancellations
) AS changes

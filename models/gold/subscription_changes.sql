-- subscription_changes: who began to pay, went back to free, or cancelled, and when.
-- grain: one row per customer and change
-- refresh: whole
-- What pays: the type does not contain the free word, or, where it is not told, an amount was paid;
-- the status plays no part, because it tells of today. Converted: paying after free, after a gap of
-- more than a day, or as the first subscription of all (not in an event log, which begins amid
-- things). Downgraded: free directly after paying. Cancelled: a paid span ends and nothing follows
-- within a day, or the log has a cancellation.
-- columns:
--   customer_id VARCHAR: customer
--   change_date DATE: UTC
--   change VARCHAR: converted, downgraded or cancelled
SELECT DISTINCT customer_id, CAST(utc_clock(change_time) AS DATE) AS change_date, change
FROM (
  SELECT customer_id, start_time AS change_time, 'converted' AS change
  FROM subscription_sequence
  CROSS JOIN kpi_settings
  WHERE pays AND (NOT paid_before OR gap_before OR (paid_before IS NULL AND first_paid_converts))
  UNION ALL
  SELECT customer_id, start_time, 'downgraded'
  FROM subscription_sequence
  WHERE NOT pays AND paid_before AND NOT gap_before
  UNION ALL
  SELECT customer_id, reach, 'cancelled'
  FROM subscription_sequence
  WHERE reach_pays AND year(utc_clock(reach)) < 9999 AND (next_start IS NULL OR gap_after)
  UNION ALL
  SELECT customer_id, cancelled_time, 'cancelled' FROM engagement_cancellations
) AS changes

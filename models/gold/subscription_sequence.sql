-- subscription_sequence: the subscriptions of each customer one after the other.
-- grain: one row per subscription
-- kind: temporary
-- columns: customer_id, start_time, end_time, pays, paid_before, gap_before, gap_after, next_start
SELECT customer_id, start_time, end_time, pays, paid_before, next_start,
       coalesce(unix_millis(start_time) - unix_millis(end_before) > 86400000, false) AS gap_before,
       coalesce(unix_millis(next_start) - unix_millis(end_time) > 86400000, false) AS gap_after
FROM (
  SELECT customer_id, start_time, end_time, pays,
         lag(pays) OVER (PARTITION BY customer_id ORDER BY start_time, end_time NULLS LAST, pays) AS paid_before,
         lag(end_time) OVER (PARTITION BY customer_id ORDER BY start_time, end_time NULLS LAST, pays) AS end_before,
         lead(start_time) OVER (PARTITION BY customer_id ORDER BY start_time, end_time NULLS LAST, pays) AS next_start
  FROM (
    SELECT customer_id, start_time, end_time,
           CASE WHEN subscription_type IS NULL THEN coalesce(amount_paid, 0) > 0
                ELSE position(free_word IN lower(subscription_type)) = 0 END AS pays
    FROM engagement_subscriptions
    CROSS JOIN kpi_settings
  ) AS spans
) AS neighbours

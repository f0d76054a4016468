-- subscription_sequence: the subscriptions of each customer one after the other.
-- grain: one row per subscription
-- kind: temporary
-- Subscriptions may overlap: reach is the furthest end up to this one (in the year 9999 where one has no end), and gaps
-- are measured from there. reach_pays: a paid one goes as far.
-- columns: customer_id, start_time, end_time, pays, paid_before, gap_before, gap_after, next_start, reach, reach_pays
SELECT customer_id, start_time, end_time, pays, paid_before, next_start, reach,
       coalesce(reach = paid_reach, false) AS reach_pays,
       coalesce(unix_millis(start_time) - unix_millis(reach_before) > 86400000, false) AS gap_before,
       coalesce(unix_millis(next_start) - unix_millis(reach) > 86400000, false) AS gap_after
FROM (
  SELECT customer_id, start_time, end_time, pays,
         lag(pays) OVER (PARTITION BY customer_id ORDER BY start_time, last_time, pays) AS paid_before,
         lead(start_time) OVER (PARTITION BY customer_id ORDER BY start_time, last_time, pays) AS next_start,
         max(last_time) OVER (PARTITION BY customer_id ORDER BY start_time, last_time, pays
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach_before,
         max(last_time) OVER (PARTITION BY customer_id ORDER BY start_time, last_time, pays
                              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reach,
         max(CASE WHEN pays THEN last_time END)
           OVER (PARTITION BY customer_id ORDER BY start_time, last_time, pays
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS paid_reach
  FROM (
    SELECT customer_id, start_time, end_time,
           coalesce(end_time, CAST('9999-12-31 00:00:00+00' AS TIMESTAMP WITH TIME ZONE)) AS last_time,
           CASE WHEN subscription_type IS NULL THEN coalesce(amount_paid, 0) > 0
                ELSE position(free_word IN lower(subscription_type)) = 0 END AS pays
    FROM engagement_subscriptions
    CROSS JOIN kpi_settings
  ) AS spans
) AS neighbours

-- funnel_counts: the counts behind subscription_funnel.
-- grain: one row
-- kind: temporary
-- columns: everybody, active, free_at_start, converted, paid, downgraded, cancelled
SELECT count(*) AS everybody, count(CASE WHEN is_active THEN 1 END) AS active,
       count(CASE WHEN paying.customer_id IS NULL THEN 1 END) AS free_at_start,
       count(CASE WHEN paying.customer_id IS NULL AND converted THEN 1 END) AS converted,
       count(CASE WHEN is_paid THEN 1 END) AS paid,
       count(CASE WHEN is_paid AND downgraded THEN 1 END) AS downgraded,
       count(CASE WHEN cancelled THEN 1 END) AS cancelled
FROM customer_engagement AS customers
LEFT JOIN (
  SELECT DISTINCT customer_id
  FROM held_spans CROSS JOIN kpi_settings
  WHERE start_time < window_start_time AND (end_time IS NULL OR end_time >= window_start_time)
) AS paying ON paying.customer_id = customers.customer_id
LEFT JOIN (
  SELECT customer_id, max(change = 'converted') AS converted, max(change = 'downgraded') AS downgraded,
         max(change = 'cancelled') AS cancelled
  FROM subscription_changes CROSS JOIN kpi_settings
  WHERE change_date >= window_start AND change_date <= window_end
  GROUP BY customer_id
) AS changes ON changes.customer_id = customers.customer_id

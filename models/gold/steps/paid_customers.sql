-- paid_customers: who has a paid subscription that overlaps the window.
-- grain: one row per customer
-- kind: temporary
-- The window ends with its last day, not at the midnight before it.
-- columns: customer_id
SELECT DISTINCT customer_id
FROM paid_spans
CROSS JOIN kpi_settings
WHERE start_time < window_end_time AND coalesce(end_time, window_start_time) >= window_start_time

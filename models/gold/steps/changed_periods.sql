-- changed_periods: the changes of subscriptions by day, week and month.
-- grain: one row per change and period
-- kind: view
-- columns: period, period_start, customer_id, change
SELECT 'day' AS period, change_date AS period_start, customer_id, change FROM known_changes
UNION ALL
SELECT 'week', CAST(date_trunc('week', change_date) AS DATE), customer_id, change FROM known_changes
UNION ALL
SELECT 'month', CAST(date_trunc('month', change_date) AS DATE), customer_id, change FROM known_changes

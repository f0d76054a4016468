-- window_metrics: what each metric of models/metrics counts in the analysis window.
-- grain: one row per metric
-- kind: view
-- each: metric
-- columns: metric, metric_order, numerator, denominator
SELECT '{metric}' AS metric, {order} AS metric_order, count(CASE WHEN {numerator} THEN 1 END) AS numerator,
       count(CASE WHEN {denominator} THEN 1 END) AS denominator
FROM (
  SELECT sessions, is_paid, engaged_sessions FROM customer_engagement CROSS JOIN kpi_settings
) AS customers

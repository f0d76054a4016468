-- period_metrics: what each metric of models/metrics counts by day, week and month.
-- grain: one row per metric, period (day, week, month) and its first day
-- kind: view
-- each: metric
-- columns: metric, period, period_start, period_end, is_complete, numerator, denominator
SELECT '{metric}' AS metric, period, period_start, period_end, is_complete,
       sum(CASE WHEN {numerator} THEN customers ELSE 0 END) AS numerator,
       sum(CASE WHEN {denominator} THEN customers ELSE 0 END) AS denominator
FROM period_counts
GROUP BY period, period_start, period_end, is_complete

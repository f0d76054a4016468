-- early_span: the first days of the window, from which the engaged are predicted.
-- grain: one row
-- kind: temporary
-- They begin with the window, or with the data where these begin later.
-- columns: first_early_day, cutoff_day (the first day that no feature may see), cutoff_time, is_possible
SELECT first_early_day, first_early_day + CAST(early_days AS INTEGER) AS cutoff_day,
       CAST(first_early_day + CAST(early_days AS INTEGER) AS TIMESTAMP WITH TIME ZONE) AS cutoff_time,
       first_early_day + CAST(early_days AS INTEGER) <= least(window_end, last_day) AS is_possible
FROM (
  SELECT greatest(window_start, first_day) AS first_early_day, last_day, window_end, early_days
  FROM kpi_settings CROSS JOIN data_span
) AS spans

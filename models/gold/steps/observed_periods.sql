-- observed_periods: the days, ISO weeks and months that the data touch, and whether they cover them.
-- grain: one row per period (day, week, month) and its first day
-- kind: temporary
-- A period is complete when the data cover each of its days: July with 20 days of data is not to be
-- compared with a whole August.
-- columns: period, period_start, period_end, days_observed, is_complete
SELECT period, period_start, period_end, days_observed,
       period_start >= first_whole_day AND period_end <= last_whole_day AS is_complete
FROM (
  SELECT 'day' AS period, day AS period_start, day AS period_end, CAST(1 AS BIGINT) AS days_observed
  FROM observed_days
  UNION ALL
  SELECT 'week', CAST(date_trunc('week', day) AS DATE), CAST(date_trunc('week', day) AS DATE) + 6,
         count(*)
  FROM observed_days GROUP BY CAST(date_trunc('week', day) AS DATE)
  UNION ALL
  SELECT 'month', CAST(date_trunc('month', day) AS DATE), last_day(CAST(date_trunc('month', day) AS DATE)),
         count(*)
  FROM observed_days GROUP BY CAST(date_trunc('month', day) AS DATE)
) AS periods
CROSS JOIN data_span

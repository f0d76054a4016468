-- days: the days that the data cover, also those without sessions, for tools that need a calendar.
-- grain: one row per UTC day between the first and the last session
-- unique: date
-- refresh: whole
-- columns:
--   date DATE: UTC
--   week DATE: Monday of its ISO week
--   month DATE: first day of its month
--   is_complete BOOLEAN: the data cover the whole day
SELECT period_start AS date, CAST(date_trunc('week', period_start) AS DATE) AS week,
       CAST(date_trunc('month', period_start) AS DATE) AS month, is_complete
FROM observed_periods
WHERE period = 'day'

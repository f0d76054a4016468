-- listening: plays, streams, completed and skipped songs and listening hours by day, week and month.
-- grain: one row per period (day, week, month) and its first day
-- unique: period, period_start
-- refresh: whole
-- Counts and hours add up over periods, percentages do not. What a model knows of an end: plays.
-- A play after the day of the last session's start has its day too. Plays of customers outside the customer list count here.
-- columns:
--   period VARCHAR: day, week (ISO, from Monday) or month
--   period_start DATE: first day
--   period_end DATE: last day
--   plays BIGINT: songs begun
--   ends_known BIGINT: of these, how many have a known end
--   streams BIGINT: of these, heard for at least 30 seconds (setting)
--   completed_plays BIGINT: of these, heard to the end (95 %)
--   skipped_plays BIGINT: of all plays, broken off
--   completion_percent DOUBLE: completed_plays / ends_known
--   skip_percent DOUBLE: skipped_plays / plays of which it is known whether they were
--   listening_hours DOUBLE: heard, of the plays with a known time
--   is_complete BOOLEAN: the data cover the whole period
SELECT periods.period, periods.period_start, periods.period_end, coalesce(plays, 0) AS plays,
       coalesce(ends_known, 0) AS ends_known, coalesce(streams, 0) AS streams,
       coalesce(completed, 0) AS completed_plays, coalesce(skipped, 0) AS skipped_plays,
       half_up_percent(completed, ends_known) AS completion_percent,
       half_up_percent(skipped, skips_known) AS skip_percent,
       half_up_hours(coalesce(played_ms, 0)) AS listening_hours, periods.is_complete
FROM (
  SELECT period, period_start, period_end, is_complete FROM observed_periods
  UNION ALL
  SELECT period, period_start,
         CASE period WHEN 'day' THEN period_start WHEN 'week' THEN period_start + 6 ELSE last_day(period_start) END,
         false
  FROM play_periods AS others
  WHERE NOT EXISTS (
    SELECT 1 FROM observed_periods AS observed
    WHERE observed.period = others.period AND observed.period_start = others.period_start)
) AS periods
LEFT JOIN play_periods ON play_periods.period = periods.period AND play_periods.period_start = periods.period_start

-- time: when plays began, taken apart; UTC.
-- grain: one row per distinct start_time of songplays
-- partition: year, month
-- refresh: months
-- columns:
--   start_time TIMESTAMP WITH TIME ZONE: UTC
--   hour INTEGER: 0 to 23
--   day INTEGER: of the month
--   week INTEGER: ISO week
--   month INTEGER: 1 to 12
--   year INTEGER: calendar year
--   weekday INTEGER: 1 = Monday to 7 = Sunday
SELECT start_time, CAST(hour(utc) AS INTEGER) AS hour, CAST(day(utc) AS INTEGER) AS day,
       CAST(weekofyear(utc) AS INTEGER) AS week, CAST(month(utc) AS INTEGER) AS month,
       CAST(year(utc) AS INTEGER) AS year, iso_weekday(utc) AS weekday
FROM (
  SELECT start_time, utc_clock(start_time) AS utc FROM play_starts
) AS clocks

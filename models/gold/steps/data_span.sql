-- data_span: from when to when there are sessions.
-- grain: one row
-- kind: temporary
-- The first and the last day count as whole when a session starts in their first (last) hour: a
-- day that the data cut off somewhere is no day to compare with others. Sessions that are far from all
-- others in time (sound_span leaves them out) do not count.
-- columns: first_day, last_day, first_whole_day, last_whole_day
SELECT first_day, last_day,
       CASE WHEN hour(utc_clock(first_time)) = 0 THEN first_day ELSE first_day + 1 END AS first_whole_day,
       CASE WHEN hour(utc_clock(last_time)) = 23 THEN last_day ELSE last_day - 1 END AS last_whole_day
FROM (
  SELECT CAST(utc_clock(first_time) AS DATE) AS first_day, CAST(utc_clock(last_time) AS DATE) AS last_day,
         first_time, last_time
  FROM sound_span
) AS ends

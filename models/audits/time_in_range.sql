-- time_in_range: the parts of a time are in their ranges.
-- table: time
SELECT * FROM time
WHERE start_time IS NULL OR hour IS NULL OR day IS NULL OR week IS NULL OR month IS NULL
   OR year IS NULL OR weekday IS NULL OR year NOT BETWEEN 1990 AND 2099
   OR hour NOT BETWEEN 0 AND 23 OR day NOT BETWEEN 1 AND 31 OR week NOT BETWEEN 1 AND 53
   OR month NOT BETWEEN 1 AND 12 OR weekday NOT BETWEEN 1 AND 7

-- time_in_range: the parts of a time are in their ranges.
-- table: time
SELECT * FROM time
WHERE hour NOT BETWEEN 0 AND 23 OR day NOT BETWEEN 1 AND 31 OR week NOT BETWEEN 1 AND 53
   OR month NOT BETWEEN 1 AND 12 OR weekday NOT BETWEEN 1 AND 7

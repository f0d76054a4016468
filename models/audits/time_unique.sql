-- time_unique: a start_time stands once in time.
-- table: time
-- unique: start_time
SELECT start_time, count(*) AS copies FROM time GROUP BY start_time HAVING count(*) > 1 OR start_time IS NULL

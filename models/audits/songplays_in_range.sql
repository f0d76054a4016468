-- songplays_in_range: start_time lies between 1990 and 2100, year and month are its own.
-- table: songplays
SELECT songplay_id, start_time, year, month FROM songplays
WHERE start_time IS NULL OR year IS NULL OR month IS NULL OR year < 1990 OR year > 2099 OR year <> year(utc_clock(start_time))
   OR month <> month(utc_clock(start_time))

-- songplays_have_times: a start_time of songplays is in time.
-- table: songplays
-- within: start_time in time.start_time
SELECT DISTINCT start_time FROM songplays
WHERE NOT EXISTS (SELECT 1 FROM time WHERE time.start_time = songplays.start_time)

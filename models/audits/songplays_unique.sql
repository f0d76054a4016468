-- songplays_unique: a play stands once in songplays.
-- table: songplays
-- unique: songplay_id
SELECT songplay_id, count(*) AS copies FROM songplays GROUP BY songplay_id HAVING count(*) > 1 OR songplay_id IS NULL

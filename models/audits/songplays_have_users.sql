-- songplays_have_users: a user_id of songplays is in users.
-- table: songplays
SELECT DISTINCT songplays.user_id
FROM (SELECT DISTINCT user_id FROM songplays WHERE user_id IS NOT NULL) AS songplays
WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = songplays.user_id)

-- users_unique: a listener stands once in users, and has an id.
-- table: users
-- unique: user_id
SELECT user_id, count(*) AS copies FROM users GROUP BY user_id
HAVING count(*) > 1 OR user_id IS NULL

-- users_laid_over: the states of listeners by the new events, laid over those of before.
-- grain: one row per user_id
-- kind: temporary
-- Right only where all new events are later than all earlier ones.
-- columns: those of users
SELECT * FROM users_new
UNION ALL
SELECT * FROM users_before AS earlier WHERE NOT EXISTS (SELECT 1 FROM users_new AS newer WHERE newer.user_id = earlier.user_id)

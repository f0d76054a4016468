-- listener_numbers: the listeners as the recommender counts them.
-- grain: one row per listener who played something
-- kind: temporary
-- columns: user_id, listener_number (from 0)
SELECT user_id, CAST(row_number() OVER (ORDER BY user_id) - 1 AS INTEGER) AS listener_number
FROM (SELECT DISTINCT user_id FROM listener_tracks) AS listeners

-- users: the listeners in their latest state.
-- grain: one row per user_id over all pages; visitors (NULL) are left out
-- refresh: whole
-- columns:
--   user_id VARCHAR: listener
--   first_name VARCHAR: latest
--   last_name VARCHAR: latest
--   gender VARCHAR: latest, M or F
--   level VARCHAR: latest, free or paid
SELECT user_id, latest.first_name AS first_name, latest.last_name AS last_name,
       latest.gender AS gender, latest.level AS level
FROM (
  SELECT user_id,
         max_by(named_struct_of_user(first_name, last_name, gender, level),
                event_order(ts_ms, session_id, item_in_session, level)) AS latest
  FROM settled_events WHERE user_id IS NOT NULL
  GROUP BY user_id
) AS states

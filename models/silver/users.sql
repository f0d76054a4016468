-- users: the listeners in their latest state.
-- grain: one row per user_id over all pages; visitors (NULL) are left out
-- refresh: whole
-- The latest event is the greatest (ts_ms, session_id, item_in_session, level). The greatest time
-- is found first, so that only the few events at that time have to be put in order.
-- columns:
--   user_id VARCHAR: listener
--   first_name VARCHAR: latest
--   last_name VARCHAR: latest
--   gender VARCHAR: latest, M or F
--   level VARCHAR: latest, free or paid
SELECT events.user_id, events.first_name, events.last_name, events.gender, events.level
FROM settled_events AS events
JOIN (SELECT user_id, max(last_ms) AS last_ms FROM user_days GROUP BY user_id) AS latest
  ON latest.user_id = events.user_id AND latest.last_ms = events.ts_ms
QUALIFY row_number() OVER (
  PARTITION BY events.user_id
  ORDER BY events.session_id DESC NULLS LAST, events.item_in_session DESC NULLS LAST,
           events.level DESC NULLS LAST, events.first_name, events.last_name, events.gender) = 1

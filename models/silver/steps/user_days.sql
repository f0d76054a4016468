-- user_days: on which days a listener was seen, and with which levels.
-- grain: one row per listener and UTC day
-- kind: temporary
-- columns: user_id, event_date, min_level, max_level (NULL: no event of the day has a level),
--   first_ms (of the events with a level), last_ms (of all events)
SELECT user_id, event_date, min(level) AS min_level, max(level) AS max_level,
       min(CASE WHEN level IS NOT NULL THEN first_ms END) AS first_ms, max(last_ms) AS last_ms
FROM (
  -- Grouping by the level first compares it far less often.
  SELECT user_id, event_date, level, min(ts_ms) AS first_ms, max(ts_ms) AS last_ms
  FROM settled_events
  WHERE user_id IS NOT NULL
  GROUP BY user_id, event_date, level
) AS levels
GROUP BY user_id, event_date

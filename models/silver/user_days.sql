-- user_days: on which days a listener was seen, and with which levels.
-- grain: one row per listener and UTC day with a level
-- kind: temporary
-- columns: user_id, event_date, min_level, max_level, first_ms
SELECT user_id, event_date, min(level) AS min_level, max(level) AS max_level, min(first_ms) AS first_ms
FROM (
  -- Grouping by the level first compares it far less often.
  SELECT user_id, event_date, level, min(ts_ms) AS first_ms
  FROM settled_events
  WHERE user_id IS NOT NULL AND level IS NOT NULL
  GROUP BY user_id, event_date, level
) AS levels
GROUP BY user_id, event_date

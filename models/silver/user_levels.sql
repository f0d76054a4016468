-- user_levels: the history of each listener's level.
-- grain: one row per listener and span of time with one level
-- refresh: whole
-- A day on which a listener has one level only is one observation, its first event; only the days
-- of a change are looked at event by event. This is exact and spares the sorting of all events.
-- columns:
--   user_id VARCHAR: listener
--   level VARCHAR: free or paid
--   valid_from TIMESTAMP WITH TIME ZONE: first event with this level
--   valid_to TIMESTAMP WITH TIME ZONE: first event with the next level, NULL while it lasts
SELECT user_id, level, timestamp_millis(ts_ms) AS valid_from,
       timestamp_millis(lead(ts_ms) OVER (PARTITION BY user_id
                                          ORDER BY ts_ms, session_id, item_in_session, level)) AS valid_to
FROM (
  SELECT *, lag(level) OVER (PARTITION BY user_id
                             ORDER BY ts_ms, session_id, item_in_session, level) AS level_before
  FROM (
    SELECT user_id, min_level AS level, first_ms AS ts_ms, CAST(NULL AS BIGINT) AS session_id,
           CAST(NULL AS BIGINT) AS item_in_session
    FROM user_days WHERE min_level = max_level
    UNION ALL
    SELECT events.user_id, events.level, events.ts_ms, events.session_id, events.item_in_session
    FROM settled_events AS events
    JOIN user_days ON user_days.user_id = events.user_id AND user_days.event_date = events.event_date
    WHERE min_level <> max_level AND events.level IS NOT NULL
  ) AS observations
) AS changes
WHERE level_before IS NULL OR level_before <> level

-- log_sessions: the sessions of an event-log lake.
-- grain: one row per customer and session_id
-- kind: temporary
-- A session starts with its first event, on whatever page. Platform and device are what the
-- listener's browser says of itself.
-- columns: those of engagement_sessions
SELECT user_id AS customer_id, CAST(session_id AS VARCHAR) AS session_id,
       timestamp_millis(min(ts_ms)) AS start_time, min(event_date) AS session_date,
       max(ts_ms) - min(ts_ms) AS duration_ms,
       agent_platform(min(user_agent)) AS platform, agent_device(min(user_agent)) AS device,
       CAST(NULL AS VARCHAR) AS country
FROM settled_events
WHERE user_id IS NOT NULL AND session_id IS NOT NULL
GROUP BY user_id, session_id

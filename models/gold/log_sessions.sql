-- log_sessions: the sessions of an event-log lake.
-- grain: one row per customer and session_id
-- kind: temporary
-- A session starts with its first event, on whatever page. Platform and device are what the
-- listener's browser says of itself.
-- columns: those of engagement_sessions
SELECT user_id AS customer_id, CAST(session_id AS VARCHAR) AS session_id,
       timestamp_millis(min(ts_ms)) AS start_time, min(event_date) AS session_date,
       max(ts_ms) - min(ts_ms) AS duration_ms,
       CASE WHEN min(user_agent) LIKE '%iPhone%' OR min(user_agent) LIKE '%iPad%' THEN 'ios'
            WHEN min(user_agent) LIKE '%Android%' THEN 'android'
            WHEN min(user_agent) LIKE '%Windows%' THEN 'windows'
            WHEN min(user_agent) LIKE '%Mac OS X%' OR min(user_agent) LIKE '%Macintosh%' THEN 'macos'
            WHEN min(user_agent) LIKE '%Linux%' THEN 'linux' END AS platform,
       CASE WHEN min(user_agent) LIKE '%iPad%' THEN 'tablet'
            WHEN min(user_agent) LIKE '%iPhone%' OR min(user_agent) LIKE '%Mobile%' THEN 'phone'
            WHEN min(user_agent) IS NOT NULL THEN 'desktop' END AS device,
       CAST(NULL AS VARCHAR) AS country
FROM settled_events
WHERE user_id IS NOT NULL AND session_id IS NOT NULL
GROUP BY user_id, session_id

-- engagement_sessions: the sessions of an engagement source.
-- grain: one row per session as delivered; unique_sessions takes its place where some come twice
-- kind: view
-- columns: customer_id, session_id, start_time, session_date, duration_ms, platform, device, country
SELECT customer_id, session_id, start_time, CAST(utc_clock(start_time) AS DATE) AS session_date,
       CASE WHEN duration_seconds IS NOT NULL THEN CAST(round(duration_seconds * 1000) AS BIGINT)
            ELSE unix_millis(end_time) - unix_millis(start_time) END AS duration_ms,
       platform, device, country
FROM source_sessions
WHERE customer_id IS NOT NULL AND session_id IS NOT NULL AND start_time IS NOT NULL

-- session_traits: on which platform and device a session was, where the sessions tell it.
-- grain: one row per session
-- kind: view
-- columns: customer_id, session_date, platform, device, sessions
SELECT customer_id, session_date, platform, device, CAST(1 AS BIGINT) AS sessions FROM engagement_sessions

-- event_traits: the same where only the events tell it: the sessions that have events.
-- grain: one row per session, platform and device
-- kind: view
-- columns: those of session_traits
SELECT customer_id, min(event_date) AS session_date, platform, device, CAST(1 AS BIGINT) AS sessions
FROM engagement_events
WHERE session_id IS NOT NULL
GROUP BY customer_id, session_id, platform, device

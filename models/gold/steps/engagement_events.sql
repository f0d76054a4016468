-- engagement_events: what the customers of an engagement source did with songs.
-- grain: one row per event
-- kind: view
-- columns: customer_id, session_id, event_time, event_date, action, track_id, title, artist_name, length_ms, told_ms, platform, device
SELECT events.customer_id, events.session_id, events.event_time,
       CAST(utc_clock(events.event_time) AS DATE) AS event_date, event_actions.action, events.track_id,
       engagement_tracks.title, engagement_tracks.artist_name, engagement_tracks.length_ms,
       CAST(round(events.played_seconds * 1000) AS BIGINT) AS told_ms, events.platform, events.device
FROM source_events AS events
JOIN event_actions ON event_actions.event_type = events.event_type
LEFT JOIN engagement_tracks ON engagement_tracks.track_id = events.track_id
WHERE events.customer_id IS NOT NULL AND events.event_time IS NOT NULL

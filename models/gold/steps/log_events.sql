-- log_events: what the listeners of an event-log lake did with songs.
-- grain: one row per event
-- kind: view
-- columns: those of engagement_events
SELECT user_id AS customer_id, CAST(session_id AS VARCHAR) AS session_id, event_time, event_date,
       CASE page WHEN 'NextSong' THEN 'play' WHEN 'Thumbs Up' THEN 'like' WHEN 'Thumbs Down' THEN 'dislike'
                 WHEN 'Add to Playlist' THEN 'add' ELSE 'other' END AS action,
       CAST(NULL AS VARCHAR) AS track_id, song AS title, artist AS artist_name,
       CAST(round(length * 1000) AS BIGINT) AS length_ms, CAST(NULL AS BIGINT) AS told_ms,
       CAST(NULL AS VARCHAR) AS platform, CAST(NULL AS VARCHAR) AS device
FROM settled_events
WHERE user_id IS NOT NULL

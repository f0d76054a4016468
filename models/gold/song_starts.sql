-- song_starts: the songs that customers began or skipped, each with its neighbours in the session.
-- grain: one row per play or skip event
-- kind: temporary
-- columns: customer_id, session_id, event_time, event_date, action, track_id, title, artist_name, length_ms, told_ms, next_time, is_skipped_next, is_skip_of_previous
SELECT customer_id, session_id, event_time, event_date, action, track_id, title, artist_name, length_ms, told_ms,
       next_time,
       coalesce(action = 'play' AND next_action = 'skip' AND next_track IS NOT DISTINCT FROM track_id, false) AS is_skipped_next,
       coalesce(action = 'skip' AND previous_action = 'play' AND previous_track IS NOT DISTINCT FROM track_id, false) AS is_skip_of_previous
FROM (
  SELECT *,
         lead(event_time) OVER (PARTITION BY customer_id, session_id ORDER BY event_time, action DESC, track_id, title) AS next_time,
         lead(action) OVER (PARTITION BY customer_id, session_id ORDER BY event_time, action DESC, track_id, title) AS next_action,
         lead(track_id) OVER (PARTITION BY customer_id, session_id ORDER BY event_time, action DESC, track_id, title) AS next_track,
         lag(action) OVER (PARTITION BY customer_id, session_id ORDER BY event_time, action DESC, track_id, title) AS previous_action,
         lag(track_id) OVER (PARTITION BY customer_id, session_id ORDER BY event_time, action DESC, track_id, title) AS previous_track
  FROM engagement_events
  WHERE action IN ('play', 'skip')
) AS neighbours

-- reactions: thumbs and additions to playlists, each with the song that it is about.
-- grain: one row per such event of a song that is known
-- kind: temporary
-- An event that names no song is about the one that the customer began last in the session.
-- columns: customer_id, event_date, action (like, dislike, add), track_id, title, artist_name
SELECT *
FROM (
  SELECT reacted.customer_id, reacted.event_date, reacted.action,
         CASE WHEN has_song THEN reacted.track_id ELSE heard.track_id END AS track_id,
         CASE WHEN has_song THEN reacted.title ELSE heard.title END AS title,
         CASE WHEN has_song THEN reacted.artist_name ELSE heard.artist_name END AS artist_name
  FROM (
    SELECT customer_id, session_id, event_date, action, track_id, title, artist_name,
           track_id IS NOT NULL OR title IS NOT NULL AS has_song,
           max(CASE WHEN action = 'play' THEN event_time END) OVER (
             PARTITION BY customer_id, session_id ORDER BY event_time, action DESC
             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS played_time
    FROM engagement_events
    WHERE action IN ('play', 'like', 'dislike', 'add')
  ) AS reacted
  LEFT JOIN (
    SELECT customer_id, session_id, event_time, min(track_id) AS track_id, min(title) AS title,
           min(artist_name) AS artist_name
    FROM engagement_events
    WHERE action = 'play'
    GROUP BY customer_id, session_id, event_time
  ) AS heard
    ON heard.customer_id = reacted.customer_id AND heard.session_id = reacted.session_id
       AND heard.event_time = reacted.played_time
  WHERE reacted.action <> 'play'
) AS about
WHERE track_id IS NOT NULL OR title IS NOT NULL

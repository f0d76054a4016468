-- song_starts: the songs that customers began or skipped, each with what becomes of it in the session.
-- grain: one row per play or skip event
-- kind: temporary
-- A skip belongs to the last play of its track, unless another play began between the two. Of events with
-- one time a skip belongs to the play of its track, and songs that were broken off come before the one
-- that goes on: the order of the rows in a file plays no part. next_time is that of a play's own skip,
-- else of the next song that begins.
-- columns: customer_id, session_id, event_time, event_date, action, track_id, title, artist_name, length_ms, told_ms, next_time, is_skipped_next, is_skip_of_previous
SELECT customer_id, session_id, event_time, event_date, action, track_id, title, artist_name, length_ms, told_ms,
       CASE WHEN is_skipped_next THEN skip_time
            ELSE lead(event_time) OVER (
              PARTITION BY customer_id, session_id
              ORDER BY event_time, is_skip_of_previous DESC, coalesce(skip_time = event_time, false) DESC,
                       track_id, title, action, told_ms)
       END AS next_time,
       is_skipped_next, is_skip_of_previous
FROM (
  SELECT *,
         coalesce(action = 'play' AND next_is_its_skip, false) AS is_skipped_next,
         CASE WHEN action = 'play' AND next_is_its_skip THEN next_of_track END AS skip_time
  FROM (
    SELECT *,
           lead(event_time) OVER (PARTITION BY customer_id, session_id, track_id, title
                                  ORDER BY event_time, action, told_ms) AS next_of_track,
           lead(is_skip_of_previous) OVER (PARTITION BY customer_id, session_id, track_id, title
                                           ORDER BY event_time, action, told_ms) AS next_is_its_skip
    FROM (
      SELECT *,
             coalesce(action = 'skip' AND action_before = 'play'
                      AND (play_before IS NULL OR time_before >= play_before), false) AS is_skip_of_previous
      FROM (
        SELECT *,
               lag(action) OVER (PARTITION BY customer_id, session_id, track_id, title
                                 ORDER BY event_time, action, told_ms) AS action_before,
               lag(event_time) OVER (PARTITION BY customer_id, session_id, track_id, title
                                     ORDER BY event_time, action, told_ms) AS time_before,
               max(CASE WHEN action = 'play' THEN event_time END)
                 OVER (PARTITION BY customer_id, session_id ORDER BY event_time, action DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS play_before
        FROM engagement_events
        WHERE action IN ('play', 'skip')
      ) AS of_track
    ) AS skips
  ) AS followed
) AS starts

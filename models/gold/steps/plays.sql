-- plays: the songs that customers began, with how long they heard them as far as that is known.
-- grain: one row per play event, and per skip event that follows no play of the same track
-- kind: temporary
-- played_ms is what the source tells, else the time until the next song of the session begins, at
-- most the song's length; of a session's last song it is unknown (NULL). A song counts as completed
-- when 95 % of it were heard. Skipped: the source says so, or, where a source has no skip events,
-- the song is known not to be completed.
-- columns: customer_id, play_date, track_id, title, artist_name, played_ms, is_completed, is_skipped
SELECT customer_id, event_date AS play_date, track_id, title, artist_name, played_ms,
       CASE WHEN skip_is_told THEN false ELSE heard END AS is_completed,
       CASE WHEN skip_is_told THEN true WHEN skip_events > 0 THEN false ELSE NOT heard END AS is_skipped
FROM (
  SELECT *, action = 'skip' OR is_skipped_next AS skip_is_told, 20 * played_ms >= 19 * length_ms AS heard
  FROM (
    SELECT *,
           CASE WHEN action = 'skip' THEN NULL
                WHEN told_ms IS NOT NULL THEN told_ms
                WHEN length_ms IS NOT NULL AND next_time IS NOT NULL
                THEN least(length_ms, unix_millis(next_time) - unix_millis(event_time)) END AS played_ms
    FROM song_starts
    WHERE NOT is_skip_of_previous
  ) AS timed
) AS told
CROSS JOIN (SELECT count(CASE WHEN action = 'skip' THEN 1 END) AS skip_events FROM song_starts) AS skips

-- track_days: what each listener did with each track, by day.
-- grain: one row per listener, track and day with a play or a reaction
-- kind: temporary
-- columns: user_id, track_id, day, plays, completed, skipped, thumbs_up, thumbs_down, playlist_adds
SELECT did.customer_id AS user_id, track_texts.track_id, did.day, CAST(sum(plays) AS BIGINT) AS plays,
       CAST(sum(completed) AS BIGINT) AS completed, CAST(sum(skipped) AS BIGINT) AS skipped,
       CAST(sum(thumbs_up) AS BIGINT) AS thumbs_up, CAST(sum(thumbs_down) AS BIGINT) AS thumbs_down,
       CAST(sum(playlist_adds) AS BIGINT) AS playlist_adds
FROM (
  SELECT customer_id, play_date AS day, track_id, title, artist_name, 1 AS plays,
         CASE WHEN is_completed THEN 1 ELSE 0 END AS completed,
         CASE WHEN is_skipped THEN 1 ELSE 0 END AS skipped, 0 AS thumbs_up, 0 AS thumbs_down, 0 AS playlist_adds
  FROM plays
  UNION ALL
  SELECT customer_id, event_date, track_id, title, artist_name, 0, 0, 0,
         CASE WHEN action = 'like' THEN 1 ELSE 0 END, CASE WHEN action = 'dislike' THEN 1 ELSE 0 END,
         CASE WHEN action = 'add' THEN 1 ELSE 0 END
  FROM reactions
) AS did
JOIN track_texts
  ON track_texts.source_id IS NOT DISTINCT FROM did.track_id AND track_texts.title IS NOT DISTINCT FROM did.title
     AND track_texts.artist_name IS NOT DISTINCT FROM did.artist_name
WHERE did.customer_id IS NOT NULL
GROUP BY did.customer_id, track_texts.track_id, did.day

-- listener_tracks: what each listener made of each track.
-- grain: one row per listener and track with a play
-- unique: user_id, track_id
-- references: track_id in tracks.track_id
-- refresh: whole
-- job: recommend
-- columns:
--   user_id VARCHAR: listener
--   track_id VARCHAR: track
--   plays BIGINT: times begun
--   completed BIGINT: of these, heard to the end
--   skipped BIGINT: of these, broken off
--   thumbs_up BIGINT: thumbs up
--   thumbs_down BIGINT: thumbs down; the track is never recommended again
--   playlist_adds BIGINT: additions to a playlist
--   first_played DATE: day of the first play
--   last_played DATE: day of the last play
--   weight DOUBLE: what the model learns from: log2(1 + plays not skipped), 0 after a thumb down
SELECT user_id, track_id, plays, completed, skipped, thumbs_up, thumbs_down, playlist_adds, first_played, last_played,
       CASE WHEN thumbs_down > 0 THEN 0.0 ELSE round(ln(1.0 + (plays - skipped)) / ln(2.0), 6) END AS weight
FROM (
  SELECT user_id, track_id, CAST(sum(plays) AS BIGINT) AS plays, CAST(sum(completed) AS BIGINT) AS completed,
         CAST(sum(skipped) AS BIGINT) AS skipped, CAST(sum(thumbs_up) AS BIGINT) AS thumbs_up,
         CAST(sum(thumbs_down) AS BIGINT) AS thumbs_down, CAST(sum(playlist_adds) AS BIGINT) AS playlist_adds,
         min(CASE WHEN plays > 0 THEN day END) AS first_played, max(CASE WHEN plays > 0 THEN day END) AS last_played
  FROM track_days
  GROUP BY user_id, track_id
) AS summed
WHERE plays > 0

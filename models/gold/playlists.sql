-- playlists: for each listener songs for 45 minutes, three in ten of the time known ones, each like the one before.
-- grain: one row per listener and position
-- unique: user_id, playlist, position
-- references: track_id in tracks.track_id
-- refresh: whole
-- job: recommend
-- The fresh songs are of the listener's recommendations. cadenza recommend playlist makes others, of any length.
-- columns:
--   user_id VARCHAR: listener
--   playlist VARCHAR: its name: mix
--   position INTEGER: from 1
--   track_id VARCHAR: track
--   title VARCHAR: of the track
--   artist_name VARCHAR: of the track
--   starts_at_seconds DOUBLE: from the beginning of the playlist
--   duration DOUBLE: seconds; 240 where the length is not known
--   is_known BOOLEAN: the listener plays it already
--   reason VARCHAR: why, for people
SELECT listener_numbers.user_id, 'mix' AS playlist, made.position, tracks.track_id, tracks.title, tracks.artist_name,
       made.starts_at_seconds, made.duration, made.is_known,
       CASE WHEN made.is_known THEN 'you play it' ELSE recommendations.reason END AS reason
FROM made_playlists AS made
JOIN listener_numbers ON listener_numbers.listener_number = made.listener_number
JOIN track_numbers ON track_numbers.track_number = made.track_number
JOIN tracks ON tracks.track_id = track_numbers.track_id
LEFT JOIN recommendations
  ON recommendations.user_id = listener_numbers.user_id AND recommendations.track_id = tracks.track_id

-- recommendations: what each listener would like and has not heard, best first.
-- grain: one row per listener and rank
-- unique: user_id, rank
-- references: track_id in tracks.track_id
-- refresh: whole
-- job: recommend
-- columns:
--   user_id VARCHAR: listener
--   rank INTEGER: from 1
--   track_id VARCHAR: track
--   song_id VARCHAR: of the catalogue; NULL where it has no such song
--   title VARCHAR: of the track
--   artist_name VARCHAR: of the track
--   place VARCHAR: where the artist is from
--   score DOUBLE: what the list is sorted by; comparable within a list only
--   kind VARCHAR: taste, new, far or popular
--   reason VARCHAR: why, for people
--   reason_track_id VARCHAR: the track of the listener that adds most to the score; NULL where popularity decides
--   is_new_artist BOOLEAN: the listener has not played the artist
--   model_version VARCHAR: of ops.recommender_models
SELECT listener_numbers.user_id, made.rank, tracks.track_id, tracks.song_id, tracks.title, tracks.artist_name,
       tracks.place, made.score, made.kind,
       CASE made.kind
         WHEN 'popular' THEN 'popular now'
         WHEN 'new' THEN concat('new by ', coalesce(tracks.artist_name, tracks.title))
         WHEN 'far' THEN concat('from ', coalesce(tracks.place, 'far away'), ', ', CAST(made.km AS VARCHAR), ' km away')
         ELSE concat('because you play ', because.title,
                     CASE WHEN because.artist_name IS NULL THEN '' ELSE concat(' by ', because.artist_name) END)
       END AS reason,
       because.track_id AS reason_track_id, made.is_new_artist, made.model_version
FROM made_recommendations AS made
JOIN listener_numbers ON listener_numbers.listener_number = made.listener_number
JOIN track_numbers ON track_numbers.track_number = made.track_number
JOIN tracks ON tracks.track_id = track_numbers.track_id
LEFT JOIN track_numbers AS because_number ON because_number.track_number = made.reason_number
LEFT JOIN tracks AS because ON because.track_id = because_number.track_id

-- new_releases: songs that came out lately, for each listener those of artists nearest to the listener's taste.
-- grain: one row per listener and rank
-- unique: user_id, rank
-- refresh: whole
-- job: recommend
-- columns:
--   user_id VARCHAR: listener
--   rank INTEGER: from 1
--   track_id VARCHAR: track; in tracks once somebody has played it
--   song_id VARCHAR: of the catalogue
--   title VARCHAR: of the song
--   artist_name VARCHAR: of the song
--   place VARCHAR: where the artist is from
--   released_at DATE: day of the first play; NULL: nobody has played it yet. The catalogue tells the year alone
--   score DOUBLE: what the list is sorted by; comparable within a list only
--   reason VARCHAR: why, for people
--   reason_track_id VARCHAR: the track of the listener that adds most to the score; NULL where it is the artist alone
--   is_new_artist BOOLEAN: the listener has not played the artist
--   model_version VARCHAR: of ops.recommender_models
SELECT listener_numbers.user_id, made.rank, release_candidates.track_id, release_candidates.song_id,
       release_candidates.title, release_candidates.artist_name, release_candidates.place,
       release_candidates.released_at, made.score,
       CASE WHEN made.is_new_artist
            THEN concat('new by ', release_candidates.artist_name, '; you play ', because.title,
                        CASE WHEN because.artist_name IS NULL THEN '' ELSE concat(' by ', because.artist_name) END)
            ELSE concat('new by ', release_candidates.artist_name, ', whom you play') END AS reason,
       because.track_id AS reason_track_id, made.is_new_artist, made.model_version
FROM made_releases AS made
JOIN listener_numbers ON listener_numbers.listener_number = made.listener_number
JOIN release_candidates ON release_candidates.release_number = made.release_number
LEFT JOIN track_numbers AS because_number ON because_number.track_number = made.reason_number
LEFT JOIN tracks AS because ON because.track_id = because_number.track_id

-- similar_tracks: for each track those that the same listeners like, nearest first.
-- grain: one row per track and rank, at most 20 a track
-- unique: track_id, rank
-- references: track_id in tracks.track_id
-- refresh: whole
-- job: recommend
-- Likeness is the cosine of the tracks' vectors, times listeners / (listeners + 3) of the other one: what few play is
-- alike by chance. Tracks of fewer than three listeners have no row of their own.
-- columns:
--   track_id VARCHAR: track
--   rank INTEGER: from 1
--   similar_track_id VARCHAR: another track
--   title VARCHAR: of that one
--   artist_name VARCHAR: of that one
--   likeness DOUBLE: above 0, at most 1
--   listeners BIGINT: who like that one; not additive
SELECT own.track_id, made.rank, other.track_id AS similar_track_id, tracks.title, tracks.artist_name, made.likeness,
       made.listeners
FROM made_similar_tracks AS made
JOIN track_numbers AS own ON own.track_number = made.track_number
JOIN track_numbers AS other ON other.track_number = made.other_number
JOIN tracks ON tracks.track_id = other.track_id

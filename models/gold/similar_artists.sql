-- similar_artists: for each artist those whom the same listeners like, nearest first.
-- grain: one row per artist and rank, at most 20 an artist
-- unique: artist_name, rank
-- refresh: whole
-- job: recommend
-- An artist's vector is the mean of those of the artist's tracks by listeners; likeness as in similar_tracks. Artists
-- of fewer than three listeners have no row of their own.
-- columns:
--   artist_name VARCHAR: artist
--   rank INTEGER: from 1
--   similar_artist VARCHAR: another artist
--   likeness DOUBLE: above 0, at most 1
--   listeners BIGINT: who like that one, track by track; not additive
SELECT own.artist_name, made.rank, other.artist_name AS similar_artist, made.likeness, made.listeners
FROM made_similar_artists AS made
JOIN artist_spellings AS own ON own.artist_number = made.artist_number
JOIN artist_spellings AS other ON other.artist_number = made.other_number

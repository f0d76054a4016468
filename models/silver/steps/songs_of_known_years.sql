-- songs_of_known_years: songs, with NULL in place of the 0 that catalogues have for a year they do not know.
-- grain: one row per song_id
-- kind: view
-- columns: those of songs
SELECT song_id, title, artist_id, nullif(year, 0) AS year, duration FROM songs_as_listed

-- songs_have_artists: an artist_id of songs is in artists.
-- table: songs
SELECT DISTINCT songs.artist_id FROM songs
WHERE songs.artist_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM artists WHERE artists.artist_id = songs.artist_id)

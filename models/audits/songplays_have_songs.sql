-- songplays_have_songs: a song_id of songplays is in songs, with the same artist.
-- table: songplays
SELECT DISTINCT songplays.song_id, songplays.artist_id
FROM (SELECT DISTINCT song_id, artist_id FROM songplays WHERE song_id IS NOT NULL) AS songplays
WHERE NOT EXISTS (SELECT 1 FROM songs WHERE songs.song_id = songplays.song_id
                  AND songs.artist_id IS NOT DISTINCT FROM songplays.artist_id)

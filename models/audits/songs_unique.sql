-- songs_unique: a song stands once in songs, and has an id.
-- table: songs
-- unique: song_id
SELECT song_id, count(*) AS copies FROM songs GROUP BY song_id
HAVING count(*) > 1 OR song_id IS NULL

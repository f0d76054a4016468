-- artists_unique: an artist stands once in artists, and has an id.
-- table: artists
-- unique: artist_id
SELECT artist_id, count(*) AS copies FROM artists GROUP BY artist_id
HAVING count(*) > 1 OR artist_id IS NULL

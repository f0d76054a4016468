-- artist_names: every name under which an artist is in the catalogue.
-- grain: one row per (artist_id, name)
-- references: artist_id in artists.artist_id
-- refresh: catalogue
-- columns:
--   artist_id VARCHAR: artist
--   name VARCHAR: as on some songs
--   songs BIGINT: that carry this name
SELECT artist_id, artist_name AS name, CAST(count(*) AS BIGINT) AS songs
FROM settled_song_records
WHERE artist_id <> '' AND artist_name IS NOT NULL
GROUP BY artist_id, artist_name

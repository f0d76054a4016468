-- artists: the artists of the catalogue under their most frequent name.
-- grain: one row per artist_id
-- refresh: catalogue
-- columns:
--   artist_id VARCHAR: artist
--   name VARCHAR: the name on most songs, ties to the smallest
--   location VARCHAR: of the record with the smallest song_id under that name
--   latitude DOUBLE: degrees, NULL where unknown
--   longitude DOUBLE: degrees, NULL where unknown
SELECT artist_id, artist_name AS name, artist_location AS location, artist_latitude AS latitude,
       artist_longitude AS longitude
FROM (
  SELECT *, count(*) OVER (PARTITION BY artist_id, artist_name) AS songs
  FROM settled_song_records WHERE artist_id <> ''
) AS named
QUALIFY row_number() OVER (PARTITION BY artist_id
                           ORDER BY songs DESC, artist_name NULLS LAST, song_id) = 1

-- catalogue_tracks: the catalogue by track, with the place of the artist.
-- grain: one row per track of the catalogue
-- kind: temporary
-- Of several songs with one title and artist the smallest song_id is taken. A location without
-- coordinates has those of the same text elsewhere.
-- columns: track_id, song_id, artist_id, title, artist_name, year, duration, place, latitude, longitude
SELECT track_id, song_id, artist_id, title, artist_name, year, duration, place,
       coalesce(own_latitude, catalogue_places.latitude) AS latitude,
       coalesce(own_longitude, catalogue_places.longitude) AS longitude
FROM (
  SELECT md5(concat(match_text(artist_name), '|', match_text(title))) AS track_id, song_id, artist_id,
         shown_text(title) AS title, shown_text(artist_name) AS artist_name,
         nullif(year, 0) AS year, duration, nullif(shown_text(artist_location), '') AS place,
         match_text(artist_location) AS place_text,
         CASE WHEN artist_latitude BETWEEN -90 AND 90 AND artist_longitude BETWEEN -180 AND 180
              THEN artist_latitude END AS own_latitude,
         CASE WHEN artist_latitude BETWEEN -90 AND 90 AND artist_longitude BETWEEN -180 AND 180
              THEN artist_longitude END AS own_longitude,
         row_number() OVER (PARTITION BY match_text(artist_name), match_text(title) ORDER BY song_id) AS choice
  FROM settled_song_records
  WHERE title IS NOT NULL AND artist_name IS NOT NULL AND song_id IS NOT NULL
) AS songs
LEFT JOIN catalogue_places ON catalogue_places.place_text = songs.place_text
WHERE choice = 1

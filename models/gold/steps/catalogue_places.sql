-- catalogue_places: where the places are that the catalogue names.
-- grain: one row per location text in normal form that some record gives coordinates for
-- kind: temporary
-- Records of one text may differ: the coordinates that most of them have are taken.
-- columns: place_text, latitude, longitude
SELECT place_text, latitude, longitude
FROM (
  SELECT *, row_number() OVER (PARTITION BY place_text ORDER BY records DESC, latitude, longitude) AS choice
  FROM (
    SELECT match_text(artist_location) AS place_text, artist_latitude AS latitude, artist_longitude AS longitude,
           count(*) AS records
    FROM settled_song_records
    WHERE artist_latitude BETWEEN -90 AND 90 AND artist_longitude BETWEEN -180 AND 180
          AND artist_location IS NOT NULL
    GROUP BY match_text(artist_location), artist_latitude, artist_longitude
  ) AS counted
  WHERE place_text <> ''
) AS ranked
WHERE choice = 1

-- engagement_tracks: the tracks of an engagement source with their artists.
-- grain: one row per track_id
-- kind: temporary
-- columns: track_id, title, artist_name, length_ms
SELECT given.track_id, min(given.title) AS title, min(coalesce(given.artist_name, artists.artist_name)) AS artist_name,
       CAST(round(min(given.duration_seconds) * 1000) AS BIGINT) AS length_ms
FROM source_tracks AS given
LEFT JOIN (SELECT artist_id, min(artist_name) AS artist_name FROM source_artists GROUP BY artist_id) AS artists
  ON artists.artist_id = given.artist_id
WHERE given.track_id IS NOT NULL
GROUP BY given.track_id

-- engagement_tracks: the tracks of an engagement source with their artists.
-- grain: one row per track_id
-- kind: temporary
-- columns: track_id, title, artist_name, length_ms
SELECT tracks.track_id, min(tracks.title) AS title, min(coalesce(tracks.artist_name, artists.artist_name)) AS artist_name,
       CAST(round(min(tracks.duration_seconds) * 1000) AS BIGINT) AS length_ms
FROM source_tracks AS tracks
LEFT JOIN (SELECT artist_id, min(artist_name) AS artist_name FROM source_artists GROUP BY artist_id) AS artists
  ON artists.artist_id = tracks.artist_id
WHERE tracks.track_id IS NOT NULL
GROUP BY tracks.track_id

-- settled_song_records: song records with one row a song: of conflicting variants the one with the least content.
-- grain: one row per song_id
-- kind: view
-- columns: those of song_records
SELECT * FROM song_records WHERE NOT is_conflict
UNION ALL
SELECT * FROM (
  SELECT * FROM song_records WHERE is_conflict
  QUALIFY row_number() OVER (
    PARTITION BY song_id
    ORDER BY song_content(title, artist_id, artist_name, artist_location, artist_latitude,
                          artist_longitude, duration, year, _rescued)) = 1
) AS chosen

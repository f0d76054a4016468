-- track_facts: what the recommender asks of each track besides its plays.
-- grain: one row per track
-- kind: view
-- columns: track_number, artist_number (-1: none is named), year (0: not known), latitude, longitude, has_song, first_played
SELECT track_numbers.track_number,
       CASE WHEN artist_name IS NULL THEN -1
            ELSE CAST(dense_rank() OVER (ORDER BY match_text(artist_name)) AS INTEGER) END AS artist_number,
       coalesce(year, 0) AS year, latitude, longitude, song_id IS NOT NULL AS has_song, first_played
FROM tracks
JOIN track_numbers ON track_numbers.track_id = tracks.track_id

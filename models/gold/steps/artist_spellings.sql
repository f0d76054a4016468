-- artist_spellings: the artists that are played, as most listeners' tracks spell them.
-- grain: one row per artist
-- kind: temporary
-- columns: artist_number, artist_name
SELECT artist_number, artist_name
FROM (
  SELECT track_facts.artist_number, tracks.artist_name,
         row_number() OVER (PARTITION BY track_facts.artist_number
                            ORDER BY sum(tracks.listeners) DESC, tracks.artist_name) AS choice
  FROM tracks
  JOIN track_numbers ON track_numbers.track_id = tracks.track_id
  JOIN track_facts ON track_facts.track_number = track_numbers.track_number
  WHERE track_facts.artist_number >= 0
  GROUP BY track_facts.artist_number, tracks.artist_name
) AS spelled
WHERE choice = 1

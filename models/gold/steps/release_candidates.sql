-- release_candidates: songs of the catalogue that came out in the year of the newest plays, by artists whom somebody plays.
-- grain: one row per track of the catalogue that nobody had played before the last 14 days
-- kind: temporary
-- The catalogue tells the year alone; in January songs of the year before are new as well.
-- columns: release_number (from 0), track_id, song_id, title, artist_name, place, released_at, artist_number, track_number (-1: not played yet)
SELECT CAST(row_number() OVER (ORDER BY catalogue_tracks.track_id) - 1 AS INTEGER) AS release_number,
       catalogue_tracks.track_id, catalogue_tracks.song_id, catalogue_tracks.title, catalogue_tracks.artist_name,
       catalogue_tracks.place, tracks.first_played AS released_at, played_artists.artist_number,
       coalesce(track_numbers.track_number, -1) AS track_number
FROM catalogue_tracks
CROSS JOIN (SELECT max(day) AS newest_day FROM track_days WHERE plays > 0) AS data
JOIN (
  SELECT match_text(tracks.artist_name) AS artist_text, min(track_facts.artist_number) AS artist_number
  FROM tracks
  JOIN track_numbers ON track_numbers.track_id = tracks.track_id
  JOIN track_facts ON track_facts.track_number = track_numbers.track_number
  WHERE track_facts.artist_number >= 0
  GROUP BY match_text(tracks.artist_name)
) AS played_artists ON played_artists.artist_text = match_text(catalogue_tracks.artist_name)
LEFT JOIN tracks ON tracks.track_id = catalogue_tracks.track_id
LEFT JOIN track_numbers ON track_numbers.track_id = catalogue_tracks.track_id
WHERE catalogue_tracks.year >= year(data.newest_day) - CASE WHEN month(data.newest_day) = 1 THEN 1 ELSE 0 END
  AND (tracks.first_played IS NULL OR days_between(data.newest_day, tracks.first_played) < 14)

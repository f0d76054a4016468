-- rematched_months: the months with plays that a changed song may mean now: those with its title and artist.
-- grain: one row per month
-- kind: view
-- columns: month (yyyy-mm)
SELECT DISTINCT substr(CAST(event_date AS VARCHAR), 1, 7) AS month
FROM events
JOIN (
  SELECT song, artist
  FROM (SELECT DISTINCT song, artist FROM events
        WHERE page = 'NextSong' AND song IS NOT NULL AND artist IS NOT NULL) AS texts
  WHERE EXISTS (
    SELECT 1
    FROM ((SELECT * FROM song_texts EXCEPT ALL SELECT * FROM song_texts_then) UNION ALL
          (SELECT * FROM song_texts_then EXCEPT ALL SELECT * FROM song_texts)) AS changed
    WHERE changed.title_text = match_text(texts.song) AND changed.artist_text = match_text(texts.artist)
  )
) AS meant ON meant.song = events.song AND meant.artist = events.artist
WHERE events.page = 'NextSong'

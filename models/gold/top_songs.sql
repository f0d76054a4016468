-- top_songs: the songs with the most plays in the window.
-- grain: one row per song, the first 100 (setting)
-- unique: rank
-- refresh: whole
-- Songs without a track_id are one where title and artist have one normal form (case, blanks, text that
-- was encoded twice).
-- columns:
--   rank BIGINT: from 1; equal plays in the order of listeners, title, artist and track
--   track_id VARCHAR: of the source; NULL for the songs of an event log, which are known by their names
--   title VARCHAR: of the song, in its best spelling
--   artist_name VARCHAR: of the song, in its best spelling
--   plays BIGINT: songs begun
--   listeners BIGINT: distinct customers; not additive
--   streams BIGINT: plays known to have been heard for at least 30 seconds (setting)
SELECT CAST(rank AS BIGINT) AS rank, track_id, title, artist_name, plays, listeners, streams
FROM (
  SELECT *, row_number() OVER (ORDER BY plays DESC, listeners DESC, title, artist_name, track_id) AS rank
  FROM (
    SELECT track_id, min(titles.shown) AS title, min(artists.shown) AS artist_name, CAST(count(*) AS BIGINT) AS plays,
           CAST(count(DISTINCT customer_id) AS BIGINT) AS listeners,
           CAST(count(CASE WHEN played_ms >= stream_ms THEN 1 END) AS BIGINT) AS streams
    FROM plays
    LEFT JOIN played_names AS titles ON titles.spelling = plays.title
    LEFT JOIN played_names AS artists ON artists.spelling = plays.artist_name
    CROSS JOIN kpi_settings
    WHERE play_date >= window_start AND play_date <= window_end AND (track_id IS NOT NULL OR title IS NOT NULL)
    GROUP BY track_id, titles.name_key, artists.name_key
  ) AS songs
) AS ranked
CROSS JOIN kpi_settings
WHERE rank <= top_rows

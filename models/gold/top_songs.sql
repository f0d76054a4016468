-- top_songs: the songs with the most plays in the window.
-- grain: one row per song, the first 100 (setting)
-- refresh: whole
-- columns:
--   rank BIGINT: from 1; equal plays in the order of listeners, title, artist and track
--   track_id VARCHAR: of the source; NULL for the songs of an event log, which are known by their names
--   title VARCHAR: of the song
--   artist_name VARCHAR: of the song
--   plays BIGINT: songs begun
--   listeners BIGINT: distinct customers; not additive
--   streams BIGINT: plays known to have been heard for at least 30 seconds (setting)
SELECT CAST(rank AS BIGINT) AS rank, track_id, title, artist_name, plays, listeners, streams
FROM (
  SELECT *, row_number() OVER (ORDER BY plays DESC, listeners DESC, title, artist_name, track_id) AS rank
  FROM (
    SELECT track_id, title, artist_name, CAST(count(*) AS BIGINT) AS plays,
           CAST(count(DISTINCT customer_id) AS BIGINT) AS listeners,
           CAST(count(CASE WHEN played_ms >= stream_ms THEN 1 END) AS BIGINT) AS streams
    FROM plays
    CROSS JOIN kpi_settings
    WHERE play_date >= window_start AND play_date <= window_end AND (track_id IS NOT NULL OR title IS NOT NULL)
    GROUP BY track_id, title, artist_name
  ) AS songs
) AS ranked
CROSS JOIN kpi_settings
WHERE rank <= top_rows

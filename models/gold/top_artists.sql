-- top_artists: the artists with the most plays in the window.
-- grain: one row per artist, the first 100 (setting)
-- unique: rank
-- refresh: whole
-- Spellings with one normal form (case, blanks, text that was encoded twice) are one artist.
-- columns:
--   rank BIGINT: from 1; equal plays in the order of listeners and name
--   artist_name VARCHAR: in the best spelling that the source or the log has
--   plays BIGINT: songs begun
--   listeners BIGINT: distinct customers; not additive
--   streams BIGINT: plays known to have been heard for at least 30 seconds (setting)
SELECT CAST(rank AS BIGINT) AS rank, artist_name, plays, listeners, streams
FROM (
  SELECT *, row_number() OVER (ORDER BY plays DESC, listeners DESC, artist_name) AS rank
  FROM (
    SELECT min(shown) AS artist_name, CAST(count(*) AS BIGINT) AS plays,
           CAST(count(DISTINCT customer_id) AS BIGINT) AS listeners,
           CAST(count(CASE WHEN played_ms >= stream_ms THEN 1 END) AS BIGINT) AS streams
    FROM plays
    JOIN played_names ON played_names.spelling = plays.artist_name
    CROSS JOIN kpi_settings
    WHERE play_date >= window_start AND play_date <= window_end
    GROUP BY name_key
  ) AS artists
) AS ranked
CROSS JOIN kpi_settings
WHERE rank <= top_rows

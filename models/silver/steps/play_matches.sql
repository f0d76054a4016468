-- play_matches: for each text that was played the one song of the catalogue that it means.
-- grain: one row per distinct (song, artist, length) of the plays that meets a song
-- kind: temporary
-- Ranks, best first: exact (title, artist, duration), close (duration within 2 s), edition (the
-- nearest duration), then the same three on normalised text. Never the title alone: in the real
-- logs most title-only hits are other songs. Ties go to the smallest song_id.
-- columns: song, artist, length, song_id, artist_id, match_quality
SELECT song, artist, length, song_id, artist_id,
       CASE match_rank WHEN 1 THEN 'exact' WHEN 2 THEN 'close' WHEN 3 THEN 'edition'
                       WHEN 4 THEN 'text_exact' WHEN 5 THEN 'text_close' ELSE 'text_edition'
       END AS match_quality
FROM (
  SELECT played.song, played.artist, played.length, song_texts.song_id, song_texts.artist_id,
         abs(song_texts.duration - played.length) AS distance,
         CASE WHEN song_texts.title = played.song AND song_texts.artist_name = played.artist
              THEN 0 ELSE 3 END
         + CASE WHEN song_texts.duration = played.length THEN 1
                WHEN abs(song_texts.duration - played.length) <= 2 THEN 2
                ELSE 3 END AS match_rank
  FROM (
    SELECT song, artist, length, match_text(song) AS title_text, match_text(artist) AS artist_text
    FROM (SELECT DISTINCT song, artist, length FROM settled_events
          WHERE page = 'NextSong' AND song IS NOT NULL AND artist IS NOT NULL) AS texts
  ) AS played
  JOIN song_texts
    ON song_texts.title_text = played.title_text AND song_texts.artist_text = played.artist_text
) AS candidates
QUALIFY row_number() OVER (PARTITION BY song, artist, length
                           ORDER BY match_rank, distance NULLS LAST, song_id) = 1

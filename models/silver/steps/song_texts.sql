-- song_texts: the catalogue as plays are matched with it, titles and artists also in normal form.
-- grain: one row per song_id that has a title and an artist name
-- kind: temporary
-- columns: song_id, artist_id, title, artist_name, duration, title_text, artist_text
SELECT song_id, nullif(artist_id, '') AS artist_id, title, artist_name, duration,
       match_text(title) AS title_text, match_text(artist_name) AS artist_text
FROM settled_song_records
WHERE title IS NOT NULL AND artist_name IS NOT NULL

-- track_texts: which track each spelling of a title and an artist is.
-- grain: one row per distinct (source's id, title, artist) of what was played
-- kind: temporary
-- A track is a title by an artist in normal form, whatever id a source or a catalogue has for it, so
-- that a catalogue that comes later changes no track. What has no texts keeps the id of its source.
-- columns: source_id, title, artist_name, track_id, shown_title, shown_artist, length_ms, spelled
SELECT source_id, title, artist_name,
       CASE WHEN title IS NOT NULL AND artist_name IS NOT NULL
            THEN md5(concat(match_text(artist_name), '|', match_text(title)))
            WHEN source_id IS NOT NULL THEN source_id
            ELSE md5(concat('|', match_text(title))) END AS track_id,
       coalesce(shown_text(title), source_id) AS shown_title, shown_text(artist_name) AS shown_artist,
       length_ms, spelled
FROM (
  SELECT track_id AS source_id, title, artist_name, max(length_ms) AS length_ms, count(*) AS spelled
  FROM song_starts
  WHERE track_id IS NOT NULL OR title IS NOT NULL
  GROUP BY track_id, title, artist_name
) AS spellings

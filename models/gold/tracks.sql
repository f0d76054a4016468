-- tracks: what was played, title by title and artist by artist, with what the catalogue says of it.
-- grain: one row per track: a title by an artist in normal form
-- unique: track_id
-- refresh: whole
-- job: recommend
-- columns:
--   track_id VARCHAR: md5 of match_text(artist)|match_text(title); the source's own id where it has no texts
--   title VARCHAR: as most plays spell it, repaired
--   artist_name VARCHAR: as most plays spell it, repaired; NULL where none is named
--   song_id VARCHAR: of the catalogue; NULL where it has no such song
--   artist_id VARCHAR: of that song
--   year INTEGER: of that song; NULL where it is not known
--   duration DOUBLE: seconds
--   place VARCHAR: where the artist is from
--   latitude DOUBLE: of the place
--   longitude DOUBLE: of the place
--   first_played DATE: day of the first play
--   plays BIGINT: songs begun, skipped ones too
--   listeners BIGINT: who played it; not additive
SELECT played.track_id, spelling.shown_title AS title, spelling.shown_artist AS artist_name,
       catalogue_tracks.song_id, catalogue_tracks.artist_id, CAST(catalogue_tracks.year AS INTEGER) AS year,
       coalesce(catalogue_tracks.duration, spelling.length_ms / 1000.0) AS duration, catalogue_tracks.place,
       catalogue_tracks.latitude, catalogue_tracks.longitude, played.first_played, played.plays, played.listeners
FROM (
  SELECT track_id, min(day) AS first_played, CAST(sum(plays) AS BIGINT) AS plays,
         CAST(count(DISTINCT user_id) AS BIGINT) AS listeners
  FROM track_days
  WHERE plays > 0
  GROUP BY track_id
) AS played
JOIN (
  SELECT *, row_number() OVER (PARTITION BY track_id ORDER BY spelled DESC, shown_title, shown_artist, source_id,
                                                             length_ms, title, artist_name) AS choice
  FROM track_texts
) AS spelling ON spelling.track_id = played.track_id AND spelling.choice = 1
LEFT JOIN catalogue_tracks ON catalogue_tracks.track_id = played.track_id

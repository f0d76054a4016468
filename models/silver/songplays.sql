-- songplays: the plays of songs, the fact table of the star.
-- grain: one row per event with page = 'NextSong'
-- references: user_id in users.user_id
-- references: song_id in songs.song_id
-- references: artist_id in artists.artist_id
-- references: start_time in time.start_time
-- partition: year, month
-- refresh: months
-- columns:
--   songplay_id VARCHAR: md5 of ts_ms|user_id|session_id|item_in_session, the same in every run
--   start_time TIMESTAMP WITH TIME ZONE: of the play, UTC
--   user_id VARCHAR: listener; NULL where the log has none
--   level VARCHAR: free or paid, at the time of the play
--   song_id VARCHAR: the song of the catalogue, NULL where none matches
--   artist_id VARCHAR: the artist of that song
--   match_quality VARCHAR: how the song was found: exact, close, edition, text_exact, text_close, text_edition
--   session_id BIGINT: session, unique with the listener
--   location VARCHAR: of the listener
--   user_agent VARCHAR: browser
--   year INTEGER: of start_time, UTC
--   month INTEGER: of start_time, UTC
SELECT play_id(ts_ms, user_id, session_id, item_in_session) AS songplay_id,
       event_time AS start_time, user_id, level, play_matches.song_id, play_matches.artist_id,
       play_matches.match_quality, session_id, location, user_agent,
       CAST(year(event_date) AS INTEGER) AS year, CAST(month(event_date) AS INTEGER) AS month
FROM settled_events AS plays
LEFT JOIN play_matches
  ON play_matches.song = plays.song AND play_matches.artist = plays.artist
     AND play_matches.length IS NOT DISTINCT FROM plays.length
WHERE page = 'NextSong'

-- events: every event of the logs as delivered, typed; the copies of one event are kept once.
-- grain: one row per distinct event; the variants of a natural key with different content all stay
-- partition: event_date
-- refresh: appended
-- job: etl
-- columns:
--   ts_ms BIGINT: time of the event, epoch milliseconds, as delivered
--   event_time TIMESTAMP WITH TIME ZONE: the same as a UTC time
--   event_date DATE: its UTC day
--   artist VARCHAR: artist of the song played, as the player sent it
--   auth VARCHAR: Logged In, Logged Out, Guest, Cancelled
--   first_name VARCHAR: of the listener
--   gender VARCHAR: of the listener, M or F
--   item_in_session BIGINT: number of the event in its session, from 0
--   last_name VARCHAR: of the listener
--   length DOUBLE: of the song played, seconds
--   level VARCHAR: free or paid, at the time of the event
--   location VARCHAR: of the listener
--   method VARCHAR: HTTP method
--   page VARCHAR: what the listener did; NextSong is a play
--   registration BIGINT: of the listener, epoch milliseconds
--   session_id BIGINT: session, unique with the listener
--   song VARCHAR: title of the song played, as the player sent it
--   status INTEGER: HTTP status
--   user_agent VARCHAR: browser
--   user_id VARCHAR: listener; NULL is a visitor
--   is_conflict BOOLEAN: another event has the same natural key and other content
--   _rescued VARCHAR: JSON object of unknown and mistyped fields
--   _file VARCHAR: source file, or archive!member
--   _offset BIGINT: of the line in the decompressed file, bytes
--   _length BIGINT: of the line with its line end, bytes
SELECT ts_ms, event_time, event_date, artist, auth, first_name, gender, item_in_session, last_name,
       length, level, location, method, page, registration, session_id, song, status, user_agent,
       user_id, false AS is_conflict, _rescued, _file, _offset, _length
FROM event_lines

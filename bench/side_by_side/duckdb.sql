-- The star schema in DuckDB's SQL, as a careful analyst writes it. Run in the folder that has raw/.
SET TimeZone = 'UTC';

CREATE TABLE song_records AS FROM read_json('raw/song_data/**/*.json', format = 'newline_delimited', columns = {
  song_id: 'VARCHAR', title: 'VARCHAR', artist_id: 'VARCHAR', artist_name: 'VARCHAR', artist_location: 'VARCHAR',
  artist_latitude: 'DOUBLE', artist_longitude: 'DOUBLE', duration: 'DOUBLE', year: 'INTEGER'});

-- A line that is no JSON would end the query; ignore_errors makes a row of it that has nothing in it.
CREATE TABLE events AS
SELECT DISTINCT * FROM read_json('raw/log_data/**/*.json', format = 'newline_delimited', ignore_errors = true, columns = {
  artist: 'VARCHAR', firstName: 'VARCHAR', gender: 'VARCHAR', itemInSession: 'BIGINT', lastName: 'VARCHAR', length: 'DOUBLE',
  level: 'VARCHAR', location: 'VARCHAR', page: 'VARCHAR', sessionId: 'BIGINT', song: 'VARCHAR', ts: 'BIGINT',
  userAgent: 'VARCHAR', userId: 'VARCHAR'})
WHERE ts IS NOT NULL AND page IS NOT NULL;

CREATE TABLE songs AS SELECT DISTINCT ON (song_id) song_id, title, artist_id, year, duration FROM song_records;

CREATE TABLE artists AS
SELECT artist_id, any_value(artist_name) AS name, any_value(artist_location) AS location,
       any_value(artist_latitude) AS latitude, any_value(artist_longitude) AS longitude
FROM song_records GROUP BY artist_id;

CREATE TABLE users AS
SELECT userId AS user_id, max_by(firstName, ts) AS first_name, max_by(lastName, ts) AS last_name,
       max_by(gender, ts) AS gender, max_by(level, ts) AS level
FROM events WHERE userId <> '' GROUP BY userId;

CREATE TABLE time AS
SELECT t AS start_time, hour(t) AS hour, day(t) AS day, weekofyear(t) AS week, month(t) AS month, year(t) AS year,
       isodow(t) AS weekday
FROM (SELECT DISTINCT make_timestamptz(ts * 1000) AS t FROM events WHERE page = 'NextSong');

CREATE TABLE songplays AS
SELECT hash(ts, userId, sessionId, itemInSession) AS songplay_id, make_timestamptz(ts * 1000) AS start_time,
       nullif(userId, '') AS user_id, level, s.song_id, s.artist_id, sessionId AS session_id, e.location,
       userAgent AS user_agent
FROM events e LEFT JOIN song_records s ON e.song = s.title AND e.artist = s.artist_name AND e.length = s.duration
WHERE page = 'NextSong';

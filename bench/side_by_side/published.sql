-- The rules of the published course projects, which are written in PySpark, said in SQL so that they run here: lines that
-- are no JSON vanish, whole rows are made distinct, and a play finds its song by the title alone.
SET TimeZone = 'UTC';

CREATE TABLE song_records AS FROM read_json('raw/song_data/**/*.json', format = 'newline_delimited', columns = {
  song_id: 'VARCHAR', title: 'VARCHAR', artist_id: 'VARCHAR', artist_name: 'VARCHAR', artist_location: 'VARCHAR',
  artist_latitude: 'DOUBLE', artist_longitude: 'DOUBLE', duration: 'DOUBLE', year: 'INTEGER'});

CREATE TABLE plays AS FROM read_json('raw/log_data/**/*.json', format = 'newline_delimited', ignore_errors = true, columns = {
  firstName: 'VARCHAR', gender: 'VARCHAR', itemInSession: 'BIGINT', lastName: 'VARCHAR', level: 'VARCHAR', location: 'VARCHAR',
  page: 'VARCHAR', sessionId: 'BIGINT', song: 'VARCHAR', ts: 'BIGINT', userAgent: 'VARCHAR', userId: 'VARCHAR'})
WHERE page = 'NextSong';

CREATE TABLE songs AS SELECT DISTINCT song_id, title, artist_id, year, duration FROM song_records;

CREATE TABLE artists AS
SELECT DISTINCT artist_id, artist_name AS name, artist_location AS location, artist_latitude AS latitude,
       artist_longitude AS longitude
FROM song_records;

CREATE TABLE users AS
SELECT DISTINCT userId AS user_id, firstName AS first_name, lastName AS last_name, gender, level FROM plays;

CREATE TABLE time AS
SELECT DISTINCT t AS start_time, hour(t) AS hour, day(t) AS day, weekofyear(t) AS week, month(t) AS month, year(t) AS year,
       isodow(t) AS weekday
FROM (SELECT make_timestamptz(ts * 1000) AS t FROM plays);

CREATE TABLE songplays AS
SELECT row_number() OVER () AS songplay_id, make_timestamptz(ts * 1000) AS start_time, userId AS user_id, level, s.song_id,
       s.artist_id, sessionId AS session_id, location, userAgent AS user_agent
FROM plays LEFT JOIN song_records s ON plays.song = s.title;

-- song_records: every record of the catalogue as delivered, each with its own artist name.
-- grain: one row per distinct record; the variants of a song_id with different content all stay
-- refresh: appended
-- job: etl
-- columns:
--   song_id VARCHAR: song
--   title VARCHAR: of the song
--   artist_id VARCHAR: artist
--   artist_name VARCHAR: of the artist on this song
--   artist_location VARCHAR: of the artist, free text, often empty
--   artist_latitude DOUBLE: degrees, NULL where unknown
--   artist_longitude DOUBLE: degrees, NULL where unknown
--   duration DOUBLE: seconds
--   year INTEGER: of release, 0 where unknown
--   num_songs BIGINT: songs in the record, always 1
--   is_conflict BOOLEAN: another record has the same song_id and other content
--   _rescued VARCHAR: JSON object of unknown and mistyped fields
--   _file VARCHAR: source file, or archive!member
--   _offset BIGINT: of the record in the decompressed file, bytes
--   _length BIGINT: of the record with its line ends, bytes
SELECT song_id, title, artist_id, artist_name, artist_location, artist_latitude, artist_longitude,
       duration, year, num_songs, false AS is_conflict, _rescued, _file, _offset, _length
FROM song_lines

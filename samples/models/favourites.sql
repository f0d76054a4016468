-- favourites: how often each listener heard each artist, from three plays on.
-- grain: one row per listener and artist
-- refresh: whole
-- columns:
--   user_id VARCHAR: listener
--   artist_name VARCHAR: the artist, as most songs spell the name
--   plays BIGINT: of the event log
SELECT songplays.user_id, artists.name AS artist_name, count(*) AS plays
FROM songplays
JOIN artists ON artists.artist_id = songplays.artist_id
GROUP BY songplays.user_id, artists.name
HAVING count(*) >= 3

-- artists_of_logs: All artists of the event log
-- tells: Every artist of the catalogue with plays in the window; sort by a click on a column.
-- page: music
-- place: 50
-- size: full
-- chart: table
-- makes: cadenza etl --songs raw/song_data --logs raw/log_data --out {lake}
-- columns:
--   artist VARCHAR: under the most frequent name
--   plays BIGINT: in the window
--   listeners BIGINT: distinct; not additive
--   songs BIGINT: distinct, that were played
--   last_play TIMESTAMP WITH TIME ZONE: the newest
SELECT name AS artist, count(*) AS plays, count(DISTINCT user_id) AS listeners, count(DISTINCT song_id) AS songs,
       max(start_time) AS last_play
FROM filtered_plays
JOIN artists ON artists.artist_id = filtered_plays.artist_id
GROUP BY artists.artist_id, name
ORDER BY plays DESC, artist

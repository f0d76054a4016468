-- songs_most_played: Top songs
-- unit: plays
-- tells: The songs with the most plays in the analysis window.
-- page: music
-- place: 30
-- size: half
-- chart: bars
-- draw: x=title y=plays rows=12
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   title VARCHAR: of the song
--   plays BIGINT: songs begun
--   artist_name VARCHAR: of the song
--   listeners BIGINT: distinct; not additive
--   streams BIGINT: heard for at least 30 seconds
--   rank BIGINT: from 1
SELECT coalesce(title, track_id) AS title, plays, artist_name, listeners, streams, rank
FROM top_songs
ORDER BY rank

-- artists_most_played: Top artists
-- unit: plays
-- tells: The artists with the most plays in the analysis window.
-- page: music
-- place: 40
-- size: half
-- chart: bars
-- draw: x=artist_name y=plays rows=12
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   artist_name VARCHAR: as the source or the log has it
--   plays BIGINT: songs begun
--   listeners BIGINT: distinct; not additive
--   streams BIGINT: heard for at least 30 seconds
--   rank BIGINT: from 1
SELECT artist_name, plays, listeners, streams, rank
FROM top_artists
ORDER BY rank

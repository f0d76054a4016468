-- recommended_artists: Artists most recommended
-- unit: listeners
-- tells: To how many listeners an artist is recommended whom they have not played.
-- page: recommendations
-- place: 10
-- size: third
-- chart: bars
-- draw: x=artist_name y=listeners rows=12
-- makes: cadenza recommend --lake {lake}
-- columns:
--   artist_name VARCHAR: of the tracks
--   listeners BIGINT: distinct; not additive
--   tracks BIGINT: distinct, of the artist
SELECT artist_name, count(DISTINCT user_id) AS listeners, count(DISTINCT track_id) AS tracks
FROM recommendations
WHERE is_new_artist
GROUP BY artist_name
ORDER BY listeners DESC, artist_name
LIMIT 100

-- recommended_releases: New releases for listeners
-- unit: listeners
-- tells: Songs of this year that nobody had played before the last 14 days, by how many listeners have them in their list of ten.
-- page: recommendations
-- place: 25
-- size: third
-- chart: bars
-- draw: x=title y=listeners rows=12
-- makes: cadenza recommend --lake {lake}
-- columns:
--   title VARCHAR: of the song
--   artist_name VARCHAR: of the song
--   listeners BIGINT: distinct; not additive
--   new_to BIGINT: of these, who have not played the artist
SELECT title, artist_name, count(DISTINCT user_id) AS listeners,
       count(DISTINCT CASE WHEN is_new_artist THEN user_id END) AS new_to
FROM new_releases
GROUP BY track_id, title, artist_name
ORDER BY listeners DESC, title, artist_name
LIMIT 100

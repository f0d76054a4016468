-- recommended_lists: The lists
-- tells: What each listener would like and has not heard, with the reason. A click opens the listener.
-- page: recommendations
-- place: 30
-- size: full
-- chart: table
-- for: analysts
-- click: listener
-- makes: cadenza recommend --lake {lake}
-- columns:
--   user_id VARCHAR: listener
--   place BIGINT: from 1
--   title VARCHAR: of the track
--   artist_name VARCHAR: of the track
--   reason VARCHAR: why
--   kind VARCHAR: taste, new, far or popular
SELECT user_id, CAST(rank AS BIGINT) AS place, title, artist_name, reason, kind
FROM recommendations
WHERE rank <= 5
ORDER BY user_id, rank
LIMIT 5000

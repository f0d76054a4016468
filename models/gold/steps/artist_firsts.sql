-- artist_firsts: how many artists a listener played for the first time on a day.
-- grain: one row per listener and UTC day with such a play
-- kind: temporary
-- Reads `artist_plays`: all plays of the days wanted and before them.
-- columns: user_id, event_date, new_artists
SELECT user_id, first_date AS event_date, count(*) AS new_artists
FROM (
  SELECT user_id, min(event_date) AS first_date
  FROM artist_plays
  GROUP BY user_id, xxhash64(artist, '')
) AS firsts
GROUP BY user_id, first_date

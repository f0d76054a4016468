-- listener_homes: where listeners live, as far as the places of the catalogue tell.
-- grain: one row per listener with a location whose coordinates are known
-- kind: temporary
-- Logs name regions such as "San Francisco-Oakland-Hayward, CA": where that is no place of the catalogue,
-- the first city and the first state are looked up.
-- columns: user_id, latitude, longitude
SELECT located.user_id, coalesce(whole.latitude, city.latitude) AS latitude,
       coalesce(whole.longitude, city.longitude) AS longitude
FROM (
  SELECT user_id, match_text(location) AS place_text,
         match_text(concat(split_part(split_part(location, ',', 1), '-', 1), ', ',
                           split_part(trim(split_part(location, ',', 2)), '-', 1))) AS city_text
  FROM (
    SELECT user_id, location,
           row_number() OVER (PARTITION BY user_id ORDER BY ts_ms DESC, location) AS choice
    FROM settled_events
    WHERE user_id IS NOT NULL AND location IS NOT NULL
  ) AS newest
  WHERE choice = 1
) AS located
LEFT JOIN catalogue_places AS whole ON whole.place_text = located.place_text
LEFT JOIN catalogue_places AS city ON city.place_text = located.city_text
WHERE coalesce(whole.latitude, city.latitude) IS NOT NULL

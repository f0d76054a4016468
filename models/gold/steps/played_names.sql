-- played_names: the names of songs and artists that were played, with the form in which they are compared.
-- grain: one row per spelling
-- kind: temporary
-- shown: of the spellings with one normal form the one with the most plays, text that was encoded twice as
-- it was meant; ties to the smallest.
-- columns: spelling, name_key, shown
SELECT spellings.spelling, spellings.name_key, shown.shown
FROM (SELECT spelling, match_text(spelling) AS name_key
      FROM (SELECT artist_name AS spelling FROM plays UNION SELECT title FROM plays) AS names
      WHERE spelling IS NOT NULL) AS spellings
JOIN (
  SELECT name_key, shown
  FROM (
    SELECT name_key, shown, row_number() OVER (PARTITION BY name_key ORDER BY sum(plays) DESC, shown) AS place
    FROM (
      SELECT match_text(spelling) AS name_key, shown_text(spelling) AS shown, plays
      FROM (
        SELECT spelling, count(*) AS plays
        FROM (SELECT artist_name AS spelling FROM plays UNION ALL SELECT title FROM plays) AS names
        WHERE spelling IS NOT NULL
        GROUP BY spelling
      ) AS counted
    ) AS repaired
    GROUP BY name_key, shown
  ) AS ranked
  WHERE place = 1
) AS shown ON shown.name_key = spellings.name_key

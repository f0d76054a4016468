-- user_levels_connected: spans of a listener do not overlap, leave no gap, and the last one is open.
-- table: user_levels
SELECT user_id, level, valid_from, valid_to FROM (
  SELECT *, lead(valid_from) OVER (PARTITION BY user_id ORDER BY valid_from, valid_to NULLS LAST) AS next_from
  FROM user_levels
) AS spans
WHERE valid_from IS NULL OR valid_to IS DISTINCT FROM next_from OR valid_from > valid_to

-- track_factors: what the recommender learned of each track: its vector. Listeners' are made when they are needed.
-- grain: one row per track and factor
-- refresh: whole
-- columns:
--   track_id VARCHAR: track
--   factor INTEGER: from 0
--   value DOUBLE: of the vector, single precision
SELECT track_numbers.track_id, made.factor, CAST(made.value AS DOUBLE) AS value
FROM made_factors AS made
JOIN track_numbers ON track_numbers.track_number = made.track_number

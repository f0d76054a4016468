-- track_factors: what the recommender learned of each track: its vector. Listeners' are made when they are needed.
-- grain: one row per track and factor
-- unique: track_id, factor
-- references: track_id in tracks.track_id
-- refresh: whole
-- job: recommend
-- columns:
--   track_id VARCHAR: track
--   factor INTEGER: from 0
--   value DOUBLE: of the vector, single precision
SELECT track_numbers.track_id, made.factor, CAST(made.value AS DOUBLE) AS value
FROM made_factors AS made
JOIN track_numbers ON track_numbers.track_number = made.track_number

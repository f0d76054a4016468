-- track_neighbours: tracks that the same listeners play, by low-pass co-listening, where the model blends it in.
-- grain: one row per track and neighbour
-- refresh: whole
-- columns:
--   track_id VARCHAR: track
--   neighbour_id VARCHAR: another track, or the same
--   value DOUBLE: how near, single precision
SELECT a.track_id, b.track_id AS neighbour_id, CAST(made.value AS DOUBLE) AS value
FROM made_neighbours AS made
JOIN track_numbers AS a ON a.track_number = made.track_number
JOIN track_numbers AS b ON b.track_number = made.neighbour_number

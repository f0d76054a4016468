-- track_numbers: the tracks as the recommender counts them.
-- grain: one row per track
-- kind: temporary
-- columns: track_id, track_number (from 0)
SELECT track_id, CAST(row_number() OVER (ORDER BY track_id) - 1 AS INTEGER) AS track_number FROM tracks

-- track_trends: how much each track is played of late; lists lean towards what rises.
-- grain: one row per track
-- refresh: whole
-- columns:
--   track_id VARCHAR: track
--   plays_14_days BIGINT: plays of the last 14 days of the data
--   liked_by BIGINT: listeners who played it without skipping
--   trend DOUBLE: factor of its scores: root of (plays of 7 days + 30) / (plays of usual 7 days + 30); 1 where the model follows no trend
SELECT track_numbers.track_id, made.plays_14_days, made.liked_by, made.trend
FROM made_trends AS made
JOIN track_numbers ON track_numbers.track_number = made.track_number

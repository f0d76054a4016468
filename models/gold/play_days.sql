-- play_days: the sums of each day's plays.
-- grain: one row per UTC day with plays
-- kind: temporary
-- columns: play_date, plays, ends_known, streams, completed, skips_known, skipped, played_ms
SELECT play_date, count(*) AS plays, count(is_completed) AS ends_known,
       count(CASE WHEN played_ms >= stream_ms THEN 1 END) AS streams,
       count(CASE WHEN is_completed THEN 1 END) AS completed, count(is_skipped) AS skips_known,
       count(CASE WHEN is_skipped THEN 1 END) AS skipped, sum(played_ms) AS played_ms
FROM plays
CROSS JOIN kpi_settings
GROUP BY play_date

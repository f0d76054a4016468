-- play_days: the sums of each day's plays.
-- grain: one row per UTC day with plays
-- kind: temporary
-- columns: play_date, plays, ends_known, streams, completed, skips_known, skipped, played_ms
SELECT play_date, sum(plays) AS plays, sum(ends_known) AS ends_known, sum(streams) AS streams, sum(completed) AS completed,
       sum(skips_known) AS skips_known, sum(skipped) AS skipped, sum(played_ms) AS played_ms
FROM customer_plays
GROUP BY play_date

-- play_periods: the sums behind listening.
-- grain: one row per period (day, week, month) with plays and its first day
-- kind: temporary
-- columns: period, period_start, plays, ends_known, streams, completed, skips_known, skipped, played_ms
SELECT period, period_start, CAST(sum(plays) AS BIGINT) AS plays, CAST(sum(ends_known) AS BIGINT) AS ends_known,
       CAST(sum(streams) AS BIGINT) AS streams, CAST(sum(completed) AS BIGINT) AS completed,
       CAST(sum(skips_known) AS BIGINT) AS skips_known, CAST(sum(skipped) AS BIGINT) AS skipped,
       CAST(sum(played_ms) AS BIGINT) AS played_ms
FROM (
  SELECT 'day' AS period, play_date AS period_start, * FROM play_days
  UNION ALL
  SELECT 'week', CAST(date_trunc('week', play_date) AS DATE), * FROM play_days
  UNION ALL
  SELECT 'month', CAST(date_trunc('month', play_date) AS DATE), * FROM play_days
) AS periods
GROUP BY period, period_start

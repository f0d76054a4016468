-- customer_plays: what a customer played on each day: the sums behind listening.
-- grain: one row per customer and UTC day with a play
-- unique: customer_id, play_date
-- references: customer_id in customer_engagement.customer_id
-- refresh: whole
-- partition: month
-- All columns but the customer add up. Plays of customers outside the customer list are here too.
-- columns:
--   customer_id VARCHAR: customer
--   play_date DATE: UTC
--   plays BIGINT: songs begun
--   ends_known BIGINT: of these, how many have a known end
--   streams BIGINT: of these, heard for at least 30 seconds (setting)
--   completed BIGINT: of these, heard to the end (95 %)
--   skips_known BIGINT: of all plays, those of which it is known whether they were broken off
--   skipped BIGINT: of these, broken off
--   played_ms BIGINT: heard, of the plays with a known time; NULL where none is known
--   month DATE: first day of the month
SELECT customer_id, play_date, CAST(count(*) AS BIGINT) AS plays, CAST(count(is_completed) AS BIGINT) AS ends_known,
       CAST(count(CASE WHEN played_ms >= stream_ms THEN 1 END) AS BIGINT) AS streams,
       CAST(count(CASE WHEN is_completed THEN 1 END) AS BIGINT) AS completed, CAST(count(is_skipped) AS BIGINT) AS skips_known,
       CAST(count(CASE WHEN is_skipped THEN 1 END) AS BIGINT) AS skipped, CAST(sum(played_ms) AS BIGINT) AS played_ms,
       CAST(date_trunc('month', play_date) AS DATE) AS month
FROM plays
CROSS JOIN kpi_settings
GROUP BY customer_id, play_date

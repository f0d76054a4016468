-- listening_in_range: streams, completed and skipped plays are plays.
-- table: listening
SELECT period, period_start, plays, ends_known, streams, completed_plays, skipped_plays FROM listening
WHERE streams > plays OR skipped_plays > plays OR completed_plays > ends_known OR ends_known > plays
   OR completed_plays + skipped_plays > plays OR listening_hours < 0

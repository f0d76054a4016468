-- live_now: The stream now
-- tells: How far the live windows are, and what came too late.
-- page: live
-- place: 10
-- size: full
-- chart: cards
-- makes: cadenza stream --source incoming --lake {lake}
-- columns:
--   heartbeat TIMESTAMP WITH TIME ZONE: commit of the last batch
--   watermark TIMESTAMP WITH TIME ZONE: windows before it are final
--   newest_event TIMESTAMP WITH TIME ZONE: that the stream has seen
--   batches BIGINT: committed so far
--   events BIGINT: counted so far
--   late_events BIGINT: behind the watermark when they came
SELECT max(committed_at) AS heartbeat, max(watermark) AS watermark, max(max_event_time) AS newest_event,
       count(*) AS batches, CAST(sum(events) AS BIGINT) AS events, CAST(sum(late) AS BIGINT) AS late_events
FROM stream_batches
HAVING count(*) > 0

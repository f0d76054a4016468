-- plays_by_period: Plays and streams
-- tells: Songs begun, and those heard for at least 30 seconds.
-- page: music
-- place: 10
-- size: wide
-- chart: columns
-- draw: x=period_start y=plays,streams complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   period_start DATE: first day
--   plays BIGINT: songs begun
--   streams BIGINT: heard for at least 30 seconds
--   listening_hours DOUBLE: of the plays with a known time
--   is_complete BOOLEAN: the data cover the whole period
SELECT period_start, plays, streams, listening_hours, is_complete
FROM filtered_listening
CROSS JOIN request
WHERE period = request.grain AND period_end >= request.from_day AND period_start <= request.to_day
ORDER BY period_start

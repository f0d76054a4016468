-- completion_and_skips: Heard out, and skipped
-- unit: %
-- tells: Of the plays with a known end, those heard to the end and those broken off.
-- page: music
-- place: 20
-- size: third
-- chart: lines
-- draw: x=period_start y=completion_percent,skip_percent complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   period_start DATE: first day
--   completion_percent DOUBLE: heard to the end
--   skip_percent DOUBLE: broken off
--   is_complete BOOLEAN: the data cover the whole period
SELECT period_start, completion_percent, skip_percent, is_complete
FROM filtered_listening
CROSS JOIN request
WHERE period = request.grain AND period_end >= request.from_day AND period_start <= request.to_day
ORDER BY period_start

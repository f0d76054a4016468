-- stickiness_by_day: Stickiness
-- unit: %
-- tells: Of the listeners of 28 days, the share that came on the last of them.
-- page: listeners
-- place: 30
-- size: third
-- chart: lines
-- draw: x=day y=stickiness_percent complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   day DATE: UTC
--   stickiness_percent DOUBLE: listeners / listeners_28_days, in percent
--   listeners BIGINT: of the day; not additive
--   listeners_28_days BIGINT: of the 28 days up to it; not additive
--   is_complete BOOLEAN: the data cover all 28 days
SELECT day, stickiness_percent, listeners, listeners_28_days, is_complete
FROM filtered_stickiness
CROSS JOIN request
WHERE day BETWEEN request.from_day AND request.to_day
ORDER BY day

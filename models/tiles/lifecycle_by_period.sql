-- lifecycle_by_period: New, returning, resurrected, dormant
-- unit: listeners
-- tells: Where the listeners of a period come from; below the line those of the period before who did not come.
-- page: listeners
-- place: 20
-- size: wide
-- chart: columns
-- draw: x=period_start y=returning,new,resurrected,dormant complete=is_complete stack=yes below=dormant
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   period_start DATE: first day
--   returning BIGINT: who also came in the period before
--   new BIGINT: whose first session of all is in the period
--   resurrected BIGINT: who had come earlier, but not in the period before
--   dormant BIGINT: who came in the period before and not in this
--   is_complete BOOLEAN: the data cover the whole period
SELECT period_start, returning_listeners AS "returning", new_listeners AS new, resurrecting_listeners AS resurrected,
       dormant_listeners AS dormant, is_complete
FROM filtered_lifecycle
CROSS JOIN request
WHERE period = request.grain AND period_end >= request.from_day AND period_start <= request.to_day
ORDER BY period_start

-- filter_values: Values of the filters
-- tells: What country, platform and device may be, the most frequent first.
-- page: none
-- chart: table
-- makes: cadenza kpi --source engagement --lake {lake}
-- columns:
--   dimension VARCHAR: country, plan, platform or device
--   value VARCHAR: of the filter
SELECT dimension, segment AS value
FROM (
  SELECT dimension, segment, listeners FROM engagement_by_segment WHERE segment <> 'unknown'
  UNION ALL SELECT 'plan', 'paid', 2
  UNION ALL SELECT 'plan', 'free', 1
) AS known
ORDER BY dimension, listeners DESC, value

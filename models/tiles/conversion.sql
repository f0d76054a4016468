-- conversion: Conversions and losses
-- unit: customers
-- tells: Who began to pay in each period, who went back to free, and who cancelled.
-- page: listeners
-- place: 50
-- size: half
-- chart: lines
-- draw: x=period_start y=converted,downgraded,cancelled complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   period_start DATE: first day
--   converted BIGINT: free customers who begin to pay
--   downgraded BIGINT: who go back to free
--   cancelled BIGINT: who cancel
--   conversion_percent DOUBLE: converted, of those who were free at the start
--   is_complete BOOLEAN: the data cover the whole period
SELECT period_start, converted, downgraded, cancelled, conversion_percent, is_complete
FROM filtered_conversion
CROSS JOIN request
WHERE period = request.grain AND period_end >= request.from_day AND period_start <= request.to_day
ORDER BY period_start

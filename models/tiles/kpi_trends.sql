-- kpi_trends: Adoption, engagement and paid share over time
-- unit: %
-- tells: The three shares with each period as the window; the engaged threshold is taken in proportion.
-- page: overview
-- place: 40
-- size: full
-- chart: lines
-- draw: x=period_start y=value series=title complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   period_start DATE: first day of the day, week (from Monday) or month
--   title VARCHAR: which share
--   value DOUBLE: percent
--   numerator BIGINT: customers; not additive
--   denominator BIGINT: customers; not additive
--   is_complete BOOLEAN: the data cover the whole period
SELECT period_start, title, value, numerator, denominator, is_complete
FROM period_metrics
ORDER BY period_start, place

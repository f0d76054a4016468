-- kpi_cards: Adoption, engagement, paid share
-- tells: Of all customers, who came; of those, who came often, and who pays.
-- page: overview
-- place: 10
-- size: full
-- chart: cards
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   metric VARCHAR: a file of models/metrics/
--   title VARCHAR: in words
--   value DOUBLE: percent; NULL where the denominator is 0
--   numerator BIGINT: customers; not additive
--   denominator BIGINT: customers; not additive
--   change DOUBLE: points, against the window of equal length before; NULL where the two cannot be compared
--   comparison VARCHAR: the window before, or why there is no change
--   is_complete BOOLEAN: the data cover all days of the window
--   tells VARCHAR: what the metric counts
SELECT metric, title, value, numerator, denominator, change, comparison, is_complete, tells
FROM window_metrics
ORDER BY place

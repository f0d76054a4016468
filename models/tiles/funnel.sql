-- funnel: From customer to subscriber
-- unit: customers
-- tells: Distinct customers at each step of the window, with the share of the step that each refers to.
-- page: listeners
-- place: 40
-- size: half
-- chart: bars
-- draw: x=step y=customers label=percent
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   step VARCHAR: customers, active, free at start, converted, paid, downgraded, cancelled
--   customers BIGINT: distinct; not additive
--   percent DOUBLE: of the step that of_step names
--   of_step VARCHAR: what percent refers to
SELECT replace(step, '_', ' ') AS step, customers, percent, of_step
FROM filtered_funnel
ORDER BY step_number

-- subscription_funnel: from customers to paying ones, and back, in the window.
-- grain: one row per step
-- unique: step_number
-- refresh: whole
-- columns:
--   step_number BIGINT: 1 to 7
--   step VARCHAR: customers, active, free_at_start, converted, paid, downgraded, cancelled
--   customers BIGINT: distinct customers of the step; not additive
--   of_step VARCHAR: the step that percent refers to
--   percent DOUBLE: customers / customers of that step
SELECT CAST(step_number AS BIGINT) AS step_number, step, CAST(customers AS BIGINT) AS customers, of_step,
       half_up_percent(customers, of_customers) AS percent
FROM (
  SELECT 1 AS step_number, 'customers' AS step, everybody AS customers, 'customers' AS of_step, everybody AS of_customers
  FROM funnel_counts
  UNION ALL SELECT 2, 'active', active, 'customers', everybody FROM funnel_counts
  UNION ALL SELECT 3, 'free_at_start', free_at_start, 'customers', everybody FROM funnel_counts
  UNION ALL SELECT 4, 'converted', converted, 'free_at_start', free_at_start FROM funnel_counts
  UNION ALL SELECT 5, 'paid', paid, 'customers', everybody FROM funnel_counts
  UNION ALL SELECT 6, 'downgraded', downgraded, 'paid', paid FROM funnel_counts
  UNION ALL SELECT 7, 'cancelled', cancelled, 'customers', everybody FROM funnel_counts
) AS steps

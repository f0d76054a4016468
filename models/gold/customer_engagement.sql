-- customer_engagement: each customer in the analysis window: what the three KPIs count.
-- grain: one row per customer
-- unique: customer_id
-- refresh: whole
-- columns:
--   customer_id VARCHAR: customer
--   country VARCHAR: of the customer, NULL where unknown
--   signup_date DATE: UTC, NULL where unknown
--   sessions BIGINT: distinct sessions that start in the window
--   active_days BIGINT: UTC days of the window with a session
--   first_session_date DATE: in the window
--   last_session_date DATE: in the window
--   is_active BOOLEAN: at least one session in the window
--   is_engaged BOOLEAN: at least as many sessions as the engaged threshold (80) in the window
--   is_paid BOOLEAN: has a paid subscription that overlaps the window
--   window_start DATE: first day, inclusive
--   window_end DATE: last day, inclusive
SELECT customers.customer_id, customers.country, customers.signup_date,
       coalesce(active.sessions, 0) AS sessions, coalesce(active.active_days, 0) AS active_days,
       active.first_session_date, active.last_session_date,
       coalesce(active.sessions, 0) > 0 AS is_active,
       coalesce(active.sessions, 0) >= engaged_sessions AS is_engaged,
       paid_customers.customer_id IS NOT NULL AS is_paid,
       window_start, window_end
FROM engagement_customers AS customers
CROSS JOIN kpi_settings
LEFT JOIN customer_sessions AS active ON active.customer_id = customers.customer_id
LEFT JOIN paid_customers ON paid_customers.customer_id = customers.customer_id

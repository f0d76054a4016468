-- first_days: the first and the second day on which a customer had a session.
-- grain: one row per customer with a session
-- kind: temporary
-- columns: customer_id, first_date, second_date
SELECT customer_id, session_date AS first_date, next_date AS second_date
FROM (
  SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY session_date) AS nth FROM next_days
) AS days
WHERE nth = 1

-- next_days: the days of each customer with the next one.
-- grain: one row per customer and UTC day with a session
-- kind: temporary
-- columns: customer_id, session_date, next_date
SELECT customer_id, session_date,
       lead(session_date) OVER (PARTITION BY customer_id ORDER BY session_date) AS next_date
FROM customer_days

-- paying_steps: by how much the number of paying customers grows on a day.
-- grain: one row per UTC day on which somebody of the customer list begins or ceases to pay
-- kind: temporary
-- Nobody has two spans at a time (held_spans), so the sum of all days before one is how many pay when it
-- begins: a span that ends at that midnight still counts.
-- columns: day, step
SELECT day, CAST(sum(step) AS BIGINT) AS step
FROM (
  SELECT CAST(utc_clock(start_time) AS DATE) AS day, 1 AS step, customer_id FROM held_spans WHERE start_time IS NOT NULL
  UNION ALL
  SELECT CAST(utc_clock(end_time) AS DATE), -1, customer_id FROM held_spans WHERE start_time IS NOT NULL AND end_time IS NOT NULL
) AS steps
JOIN engagement_customers ON engagement_customers.customer_id = steps.customer_id
GROUP BY day

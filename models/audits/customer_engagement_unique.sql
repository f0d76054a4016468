-- customer_engagement_unique: a customer stands once in customer_engagement, and has an id.
-- table: customer_engagement
SELECT customer_id, count(*) AS copies FROM customer_engagement GROUP BY customer_id
HAVING count(*) > 1 OR customer_id IS NULL

-- engagement_subscriptions: the subscriptions of an engagement source.
-- grain: one row per subscription
-- kind: view
-- columns: customer_id, start_time, end_time, subscription_type, amount_paid, status
SELECT customer_id, start_time, end_time, subscription_type, amount_paid, status
FROM source_subscriptions
WHERE customer_id IS NOT NULL AND start_time IS NOT NULL

-- engagement_subscriptions: the subscriptions of an engagement source.
-- grain: one row per subscription
-- kind: view
-- One whose end, or where it has no type its amount, is there and cannot be read is left out: it is not the same as
-- one without an end, or without an amount.
-- columns: customer_id, start_time, end_time, subscription_type, amount_paid, status
SELECT customer_id, start_time, end_time, subscription_type, amount_paid, status
FROM source_subscriptions
WHERE customer_id IS NOT NULL AND start_time IS NOT NULL
  AND (unread IS NULL OR (position('end_time' IN unread) = 0
                          AND (subscription_type IS NOT NULL OR position('amount_paid' IN unread) = 0)))

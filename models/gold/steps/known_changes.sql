-- known_changes: the changes of subscriptions of known customers.
-- grain: one row per change
-- kind: view
-- columns: those of subscription_changes
SELECT subscription_changes.customer_id, change_date, change
FROM subscription_changes
JOIN engagement_customers ON engagement_customers.customer_id = subscription_changes.customer_id

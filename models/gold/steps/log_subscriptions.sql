-- log_subscriptions: the levels of the listeners of an event-log lake, as subscriptions.
-- grain: one row per listener and span of time with one level
-- kind: view
-- columns: those of engagement_subscriptions
SELECT user_id AS customer_id, valid_from AS start_time, valid_to AS end_time, level AS subscription_type,
       CAST(NULL AS DOUBLE) AS amount_paid, CAST(NULL AS VARCHAR) AS status
FROM user_levels

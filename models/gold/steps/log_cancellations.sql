-- log_cancellations: the listeners of an event-log lake who closed their account.
-- grain: one row per event
-- kind: view
-- columns: customer_id, cancelled_time
SELECT user_id AS customer_id, event_time AS cancelled_time
FROM settled_events
WHERE page = 'Cancellation Confirmation' AND user_id IS NOT NULL

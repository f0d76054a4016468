-- subscription_spans: the subscriptions that last, with what they are.
-- grain: one row per subscription that ends after it begins
-- kind: temporary
-- pays: the type does not contain the free word (setting; in any case), or, where the type is not told,
-- an amount was paid. is_current: the status is one of paid_statuses (settings) or is not told.
-- columns: customer_id, start_time, last_time, pays, is_current; last_time is in the year 9999 where it has no end
SELECT customer_id, start_time,
       coalesce(end_time, CAST('9999-12-31 00:00:00+00' AS TIMESTAMP WITH TIME ZONE)) AS last_time,
       CASE WHEN subscription_type IS NULL THEN coalesce(amount_paid, 0) > 0
            ELSE position(free_word IN lower(subscription_type)) = 0 END AS pays,
       (status IS NULL OR lower(status) IN (SELECT status FROM paid_statuses)) AS is_current
FROM engagement_subscriptions
CROSS JOIN kpi_settings
WHERE end_time IS NULL OR end_time > start_time

-- paid_spans: the subscriptions that count as paid.
-- grain: one row per subscription
-- kind: view
-- Paid: the status is one of paid_statuses (settings; active, trialing) or is not told, and the type
-- does not contain the free word (setting; "free", in any case), or, where the type is not told, an
-- amount was paid. A span without an end lasts; one that ends on its first day counts that day.
-- columns: customer_id, start_time, end_time
SELECT customer_id, start_time, end_time
FROM engagement_subscriptions
CROSS JOIN kpi_settings
WHERE (status IS NULL OR lower(status) IN (SELECT status FROM paid_statuses))
  AND CASE WHEN subscription_type IS NULL THEN coalesce(amount_paid, 0) > 0
           ELSE position(free_word IN lower(subscription_type)) = 0 END

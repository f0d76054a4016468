-- held_spans: from when to when somebody holds a paid subscription that counts, without a break.
-- grain: one row per customer and unbroken span
-- kind: view
-- columns: customer_id, start_time, end_time
SELECT customer_id, start_time, end_time FROM paying_spans WHERE basis = 'status'

-- held_spans: from when to when somebody holds a paid subscription that counts, without a break.
-- grain: one row per customer and unbroken span
-- unique: customer_id, start_time
-- refresh: whole
-- columns:
--   customer_id VARCHAR: customer
--   start_time TIMESTAMP WITH TIME ZONE: from when
--   end_time TIMESTAMP WITH TIME ZONE: until when; NULL: it lasts
SELECT customer_id, start_time, end_time FROM paying_spans WHERE basis = 'status'

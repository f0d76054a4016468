-- sound_span: from when to when the sessions of known customers begin, without strays.
-- grain: one row
-- kind: temporary
-- Where sessions are far from all others in time (the year 2031), cadenza kpi puts the span of the others in its place.
-- columns: first_time, last_time
SELECT min(first_time) AS first_time, max(last_time) AS last_time
FROM customer_sessions
JOIN engagement_customers ON engagement_customers.customer_id = customer_sessions.customer_id

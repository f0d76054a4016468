-- observed_days: every day between the first and the last session, also those without any.
-- grain: one row per UTC day
-- kind: temporary
-- columns: day
SELECT first_day + CAST(n AS INTEGER) AS day
FROM data_span
JOIN whole_numbers ON n <= days_between(last_day, first_day)

-- stickiness: active customers of each day and of the 7 and 28 days that end with it.
-- grain: one row per UTC day
-- unique: day
-- refresh: whole
-- Each day with a session counts for the 7 (28) days from it on, at most until the customer's next
-- day with one: so a sum of beginnings and ends is the exact distinct count.
-- columns:
--   day DATE: UTC
--   listeners BIGINT: customers with a session on the day; not additive
--   listeners_7_days BIGINT: customers with a session in the 7 days up to this one; not additive
--   listeners_28_days BIGINT: likewise 28 days; not additive
--   stickiness_percent DOUBLE: listeners / listeners_28_days, in percent
--   is_complete BOOLEAN: the data cover all 28 days
SELECT day, CAST(listeners AS BIGINT) AS listeners, CAST(listeners_7 AS BIGINT) AS listeners_7_days,
       CAST(listeners_28 AS BIGINT) AS listeners_28_days,
       half_up_percent(listeners, listeners_28) AS stickiness_percent,
       day - 27 >= first_whole_day AND day <= last_whole_day AS is_complete
FROM (
  SELECT observed_days.day,
         sum(coalesce(delta_1, 0)) OVER (ORDER BY observed_days.day) AS listeners,
         sum(coalesce(delta_7, 0)) OVER (ORDER BY observed_days.day) AS listeners_7,
         sum(coalesce(delta_28, 0)) OVER (ORDER BY observed_days.day) AS listeners_28
  FROM observed_days
  LEFT JOIN (
    SELECT day, sum(delta_1) AS delta_1, sum(delta_7) AS delta_7, sum(delta_28) AS delta_28
    FROM (
      SELECT session_date AS day, 1 AS delta_1, 1 AS delta_7, 1 AS delta_28 FROM customer_days
      UNION ALL
      SELECT session_date + 1, -1, 0, 0 FROM customer_days
      UNION ALL
      SELECT least(session_date + 7, coalesce(next_date, session_date + 7)), 0, -1, 0 FROM next_days
      UNION ALL
      SELECT least(session_date + 28, coalesce(next_date, session_date + 28)), 0, 0, -1 FROM next_days
    ) AS deltas
    GROUP BY day
  ) AS changes ON changes.day = observed_days.day
) AS running
CROSS JOIN data_span

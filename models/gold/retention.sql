-- retention: of the customers whose first session was on a day, how many came back N days later.
-- grain: one row per cohort day and N = 0, 1, ... up to retention_days (setting, 30)
-- unique: cohort_date, day_number
-- refresh: whole
-- Sums of retained and of cohort_size over cohorts of the same N give the retention of a week's or
-- month's cohort; percentages do not add up. Cohorts of the data's first days hold customers who
-- were there before.
-- columns:
--   cohort_date DATE: UTC day of the customers' first session
--   day_number BIGINT: N
--   cohort_size BIGINT: customers of the cohort
--   retained BIGINT: of these, with a session on cohort_date + N
--   returned_within BIGINT: of these, with a session on one of the days 1 to N after the first
--   retained_percent DOUBLE: retained / cohort_size, in percent
--   is_complete BOOLEAN: the data cover the day cohort_date + N
SELECT cohorts.cohort_date, CAST(n AS BIGINT) AS day_number, cohort_size,
       CAST(coalesce(retained, 0) AS BIGINT) AS retained,
       CAST(sum(coalesce(first_returns, 0)) OVER (PARTITION BY cohorts.cohort_date ORDER BY n) AS BIGINT) AS returned_within,
       half_up_percent(coalesce(retained, 0), cohort_size) AS retained_percent,
       cohorts.cohort_date + CAST(n AS INTEGER) <= last_whole_day AS is_complete
FROM (
  SELECT first_date AS cohort_date, CAST(count(*) AS BIGINT) AS cohort_size
  FROM first_days GROUP BY first_date
) AS cohorts
CROSS JOIN kpi_settings
CROSS JOIN data_span
JOIN whole_numbers ON n <= retention_days AND n <= days_between(last_day, cohorts.cohort_date)
LEFT JOIN (
  SELECT first_date AS cohort_date, days_between(session_date, first_date) AS day_number, count(*) AS retained,
         count(CASE WHEN session_date = second_date THEN 1 END) AS first_returns
  FROM customer_days
  JOIN first_days ON first_days.customer_id = customer_days.customer_id
  GROUP BY first_date, days_between(session_date, first_date)
) AS days ON days.cohort_date = cohorts.cohort_date AND days.day_number = n

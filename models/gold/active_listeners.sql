-- active_listeners: daily, weekly and monthly active customers, and their sessions.
-- grain: one row per period (day, week, month) and its first day
-- unique: period, period_start
-- refresh: whole
-- Listeners are distinct: they do not add up, neither over days to a week nor over weeks to a month.
-- Sessions and durations do.
-- columns:
--   period VARCHAR: day, week (ISO, from Monday) or month
--   period_start DATE: first day
--   period_end DATE: last day
--   listeners BIGINT: customers with a session in the period; not additive
--   sessions BIGINT: that start in the period
--   session_hours DOUBLE: sum of the sessions' durations, NULL where the source tells none
--   days_observed BIGINT: days of the period between the first and the last session of all
--   is_complete BOOLEAN: the data cover the whole period
SELECT periods.period, periods.period_start, periods.period_end,
       CAST(count(customer_id) AS BIGINT) AS listeners,
       CAST(coalesce(sum(sessions), 0) AS BIGINT) AS sessions,
       half_up_hours(CAST(sum(duration_ms) AS BIGINT)) AS session_hours,
       periods.days_observed, periods.is_complete
FROM observed_periods AS periods
LEFT JOIN customer_periods
  ON customer_periods.period = periods.period AND customer_periods.period_start = periods.period_start
GROUP BY periods.period, periods.period_start, periods.period_end, periods.days_observed, periods.is_complete

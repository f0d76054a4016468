-- sessions_by_month: Sessions by month
-- tells: A month that the data or the window do not cover is hatched: do not compare it with a whole one.
-- page: overview
-- place: 30
-- size: third
-- chart: columns
-- draw: x=month y=sessions complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   month VARCHAR: calendar month, UTC
--   sessions BIGINT: that begin in the days of the month that are in the window
--   days BIGINT: of the month, with sessions, in the window
--   is_complete BOOLEAN: the data and the window cover all days of the month
WITH seen AS (
  SELECT session_date, sum(sessions) AS sessions
  FROM filtered_days
  GROUP BY session_date
), observed AS (
  SELECT period_start, is_complete
  FROM active_listeners
  CROSS JOIN request
  WHERE period = 'day' AND period_start BETWEEN request.from_day AND request.to_day
), days AS (
  SELECT coalesce(period_start, session_date) AS day, sessions, coalesce(is_complete, false) AS is_complete
  FROM observed
  FULL JOIN seen ON seen.session_date = observed.period_start
)
SELECT strftime(day, '%Y-%m') AS month, CAST(coalesce(sum(sessions), 0) AS BIGINT) AS sessions, count(*) AS days,
       count(*) FILTER (WHERE is_complete) = day(last_day(any_value(day))) AS is_complete
FROM days
GROUP BY 1
ORDER BY 1

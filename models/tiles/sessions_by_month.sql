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
SELECT strftime(date_trunc('month', period_start), '%Y-%m') AS month, CAST(sum(sessions) AS BIGINT) AS sessions,
       count(*) AS days,
       count(*) FILTER (WHERE is_complete) = day(last_day(any_value(period_start))) AS is_complete
FROM active_listeners
CROSS JOIN request
WHERE period = 'day' AND period_start BETWEEN request.from_day AND request.to_day
GROUP BY 1
ORDER BY 1

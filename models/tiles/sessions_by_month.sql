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
SELECT strftime(coalesce(observed.date, counted.date), '%Y-%m') AS month, CAST(coalesce(sum(sessions), 0) AS BIGINT) AS sessions,
       count(DISTINCT coalesce(observed.date, counted.date)) AS days,
       count(DISTINCT CASE WHEN is_complete THEN observed.date END) = day(last_day(any_value(coalesce(observed.date, counted.date)))) AS is_complete
FROM (SELECT date, is_complete FROM days CROSS JOIN request WHERE date BETWEEN request.from_day AND request.to_day) AS observed
FULL JOIN filtered_day_counts AS counted ON counted.date = observed.date
GROUP BY 1
ORDER BY 1

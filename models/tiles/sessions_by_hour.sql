-- sessions_by_hour: When sessions begin
-- unit: sessions
-- tells: By hour and weekday, UTC, on the days of the window that the data cover.
-- page: where
-- place: 45
-- size: full
-- chart: heatmap
-- draw: x=hour series=weekday y=sessions
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   hour BIGINT: 0 to 23, UTC
--   weekday VARCHAR: Monday to Sunday
--   sessions BIGINT: mean of a day
SELECT hour, CASE isodow(session_hours.date) WHEN 1 THEN 'Monday' WHEN 2 THEN 'Tuesday' WHEN 3 THEN 'Wednesday'
       WHEN 4 THEN 'Thursday' WHEN 5 THEN 'Friday' WHEN 6 THEN 'Saturday' ELSE 'Sunday' END AS weekday,
       CAST(round(avg(sessions)) AS BIGINT) AS sessions
FROM session_hours
JOIN days ON days.date = session_hours.date
CROSS JOIN request
WHERE is_complete AND session_hours.date BETWEEN request.from_day AND request.to_day
GROUP BY isodow(session_hours.date), hour
ORDER BY isodow(session_hours.date), hour

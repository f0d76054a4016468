-- sessions_by_day: Sessions and listeners by day
-- tells: How many sessions began on each UTC day, and by how many listeners. Listeners of several days do not add up.
-- page: overview
-- place: 20
-- size: wide
-- chart: lines
-- draw: x=day y=sessions,listeners complete=is_complete
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   day DATE: UTC
--   sessions BIGINT: that begin on the day
--   listeners BIGINT: customers with a session on the day; not additive
--   is_complete BOOLEAN: the data cover the whole day
SELECT coalesce(date, session_date) AS day, CAST(coalesce(sum(sessions), 0) AS BIGINT) AS sessions,
       count(DISTINCT customer_id) AS listeners, coalesce(any_value(is_complete), false) AS is_complete
FROM (SELECT date, is_complete FROM days CROSS JOIN request WHERE date BETWEEN request.from_day AND request.to_day) AS observed
FULL JOIN filtered_days ON session_date = date
GROUP BY 1
ORDER BY 1

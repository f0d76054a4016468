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
SELECT coalesce(observed.date, counted.date) AS day, coalesce(sessions, 0) AS sessions, coalesce(listeners, 0) AS listeners,
       coalesce(is_complete, false) AS is_complete
FROM (SELECT date, is_complete FROM days CROSS JOIN request WHERE date BETWEEN request.from_day AND request.to_day) AS observed
FULL JOIN filtered_day_counts AS counted ON counted.date = observed.date
ORDER BY 1

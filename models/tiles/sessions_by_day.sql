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
WITH seen AS (
  SELECT session_date, CAST(sum(sessions) AS BIGINT) AS sessions, count(DISTINCT customer_id) AS listeners
  FROM filtered_days
  GROUP BY session_date
), observed AS (
  SELECT period_start, is_complete
  FROM active_listeners
  CROSS JOIN request
  WHERE period = 'day' AND period_start BETWEEN request.from_day AND request.to_day
)
SELECT coalesce(period_start, session_date) AS day, coalesce(sessions, 0) AS sessions, coalesce(listeners, 0) AS listeners,
       coalesce(is_complete, false) AS is_complete
FROM observed
FULL JOIN seen ON seen.session_date = observed.period_start
ORDER BY day

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
SELECT period_start AS day, sessions, listeners, is_complete
FROM active_listeners
CROSS JOIN request
WHERE request.country IS NULL AND period = 'day' AND period_start BETWEEN request.from_day AND request.to_day
UNION ALL
SELECT session_date, CAST(sum(customer_days.sessions) AS BIGINT), count(*), any_value(days.is_complete)
FROM customer_days
JOIN customer_engagement ON customer_engagement.customer_id = customer_days.customer_id
JOIN days ON days.date = session_date
CROSS JOIN request
WHERE coalesce(customer_engagement.country, 'unknown') = request.country AND session_date BETWEEN request.from_day AND request.to_day
GROUP BY session_date
ORDER BY day

-- published_counts: the counts behind kpi_as_published.
-- grain: one row
-- kind: temporary
-- columns: customers, active, engaged, paid
SELECT (SELECT count(*) FROM engagement_customers) AS customers,
       count(*) AS active,
       count(CASE WHEN sessions >= engaged_sessions THEN 1 END) AS engaged,
       (SELECT count(DISTINCT customer_id) FROM paid_spans CROSS JOIN kpi_settings
        WHERE start_time <= last_midnight AND coalesce(end_time, last_midnight) >= window_start_time) AS paid
FROM (
  SELECT customer_id, engaged_sessions, count(*) AS sessions
  FROM engagement_sessions
  CROSS JOIN kpi_settings
  WHERE start_time >= window_start_time AND start_time <= last_midnight
  GROUP BY customer_id, engaged_sessions
) AS active

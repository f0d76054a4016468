-- paying_ends: the unbroken spans of paying that end, with the free subscription that goes on then.
-- grain: one row per customer and span
-- kind: view
-- free_time: when the free subscription begins that lasts beyond the end and begins before it or within
-- a day of it (as in paying_spans); NULL where there is none.
-- columns: customer_id, end_time, free_time
SELECT ends.customer_id, ends.end_time, min(free_spans.start_time) AS free_time
FROM (
  SELECT customer_id, end_time, zone FROM paying_spans CROSS JOIN kpi_settings
  WHERE basis = 'type' AND end_time IS NOT NULL
) AS ends
LEFT JOIN (SELECT customer_id, start_time, last_time FROM subscription_spans WHERE NOT pays) AS free_spans
  ON free_spans.customer_id = ends.customer_id AND free_spans.last_time > ends.end_time
     AND (unix_millis(free_spans.start_time) - unix_millis(ends.end_time) <= 86400000
          OR zone_clock(free_spans.start_time, zone) <= zone_clock(ends.end_time, zone) + INTERVAL '1' DAY)
GROUP BY ends.customer_id, ends.end_time

-- country_table: Countries
-- tells: The same as a table.
-- page: where
-- place: 11
-- size: third
-- chart: table
-- makes: cadenza kpi --source engagement --lake {lake}
-- columns:
--   country VARCHAR: of the customers
--   listeners BIGINT: active
--   sessions BIGINT: in the window
--   paid_percent DOUBLE: of these listeners
SELECT country, listeners, sessions, half_up_percent(paid, listeners) AS paid_percent
FROM (
  SELECT country, count(DISTINCT customer_id) AS listeners, CAST(sum(sessions) AS BIGINT) AS sessions,
         count(DISTINCT CASE WHEN is_paid THEN customer_id END) AS paid
  FROM filtered_days
  GROUP BY country
) AS counted
ORDER BY listeners DESC, country

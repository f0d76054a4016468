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
SELECT segment AS country, listeners, sessions, paid_percent
FROM filtered_countries
ORDER BY listeners DESC, segment

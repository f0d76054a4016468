-- listeners_by_country: Active listeners by country
-- tells: Where the active customers of the window live. A click filters by the country.
-- page: where
-- place: 10
-- size: wide
-- chart: world
-- draw: x=country y=listeners
-- click: country
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   country VARCHAR: of the customers; unknown where the source has none
--   listeners BIGINT: active; not additive over dimensions
--   sessions BIGINT: in the window
--   engaged_percent DOUBLE: of these listeners
--   paid_percent DOUBLE: of these listeners
SELECT segment AS country, listeners, sessions, engaged_percent, paid_percent
FROM filtered_countries
ORDER BY listeners DESC, segment

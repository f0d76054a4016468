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
SELECT country, listeners, sessions, half_up_percent(engaged, listeners) AS engaged_percent, half_up_percent(paid, listeners) AS paid_percent
FROM (
  SELECT country, count(DISTINCT customer_id) AS listeners, CAST(sum(sessions) AS BIGINT) AS sessions,
         count(DISTINCT CASE WHEN is_engaged THEN customer_id END) AS engaged,
         count(DISTINCT CASE WHEN is_paid THEN customer_id END) AS paid
  FROM filtered_days
  GROUP BY country
) AS counted
ORDER BY listeners DESC, country

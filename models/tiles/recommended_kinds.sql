-- recommended_kinds: Why it is recommended
-- unit: recommendations
-- tells: By taste, because it is new, from far away, or because many play it.
-- page: recommendations
-- place: 20
-- size: third
-- chart: bars
-- draw: x=kind y=recommendations
-- makes: cadenza recommend --lake {lake}
-- columns:
--   kind VARCHAR: taste, new, far or popular
--   recommendations BIGINT: rows
--   listeners BIGINT: distinct; not additive
SELECT kind, count(*) AS recommendations, count(DISTINCT user_id) AS listeners
FROM recommendations
GROUP BY kind
ORDER BY recommendations DESC, kind

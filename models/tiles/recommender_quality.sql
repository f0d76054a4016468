-- recommender_quality: How good the lists are
-- tells: Measured on days that nothing was learned from, with 95 % intervals.
-- page: recommendations
-- place: 40
-- size: full
-- chart: table
-- makes: cadenza recommend --lake {lake}
-- columns:
--   model VARCHAR: popularity and others
--   task VARCHAR: unheard, all or new_releases
--   metric VARCHAR: of the lists
--   value DOUBLE: mean over the listeners
--   lower DOUBLE: of its interval
--   upper DOUBLE: of its interval
--   listeners BIGINT: who were measured
SELECT model, task, metric, round(value, 4) AS value, round(lower, 4) AS lower, round(upper, 4) AS upper, listeners
FROM recommender_scores
ORDER BY task, metric, value DESC

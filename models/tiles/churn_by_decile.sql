-- churn_by_decile: Risk by tenths
-- unit: %
-- tells: The mean probability to cancel within 5, 10 and 30 days, by tenths of the listeners.
-- page: churn
-- place: 20
-- size: half
-- chart: columns
-- draw: x=decile y=within_5_days,within_10_days,within_30_days
-- makes: cadenza churn --lake {lake}
-- columns:
--   decile VARCHAR: 1 = the tenth most likely to cancel
--   within_5_days DOUBLE: mean probability, percent
--   within_10_days DOUBLE: likewise
--   within_30_days DOUBLE: likewise
--   listeners BIGINT: in the tenth
SELECT CAST(decile AS VARCHAR) AS decile, round(100 * avg(cancel_5d), 2) AS within_5_days,
       round(100 * avg(cancel_10d), 2) AS within_10_days, round(100 * avg(cancel_30d), 2) AS within_30_days,
       count(*) AS listeners
FROM churn_scores
WHERE cut_off = (SELECT max(newest.cut_off) FROM churn_scores AS newest)
GROUP BY churn_scores.decile
ORDER BY churn_scores.decile

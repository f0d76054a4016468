-- churn_quality: How good the models are
-- tells: On listeners that a model did not learn from, later than what it learned from, with 95 % intervals.
-- page: churn
-- place: 60
-- size: half
-- chart: table
-- makes: cadenza churn --lake {lake}
-- columns:
--   model VARCHAR: hazard scores; others to compare
--   outcome VARCHAR: cancel or downgrade
--   horizon_days BIGINT: after the cut-off
--   auc DOUBLE: share of pairs that are put in order
--   auc_low DOUBLE: lower end
--   auc_high DOUBLE: upper end
--   average_precision DOUBLE: mean precision at each who left
--   positives BIGINT: who had the outcome
SELECT model, outcome, horizon_days, round(auc, 3) AS auc, round(auc_low, 3) AS auc_low, round(auc_high, 3) AS auc_high,
       round(average_precision, 3) AS average_precision, positives
FROM churn_models
ORDER BY outcome, horizon_days, auc DESC

-- churn_found: How many of those who leave are found
-- unit: %
-- tells: Of the listeners who left in the test, how many are among the first so many percent by risk.
-- page: churn
-- place: 50
-- size: half
-- chart: lines
-- draw: x=percent y=found series=model
-- makes: cadenza churn --lake {lake}
-- columns:
--   percent VARCHAR: of the listeners, those of the highest risk
--   model VARCHAR: as in churn_models
--   found DOUBLE: of all who cancelled, percent
--   lift DOUBLE: their share, of that among all
SELECT CAST(percent AS VARCHAR) AS percent, model, round(100 * found, 2) AS found, round(lift, 2) AS lift
FROM churn_lift
WHERE outcome = 'cancel' AND horizon_days = 30
ORDER BY churn_lift.percent, model

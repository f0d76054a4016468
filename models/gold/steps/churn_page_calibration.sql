-- churn_page_calibration: what the hazards foretold against what happened, by tenths.
-- grain: one row per horizon and tenth
-- kind: view
-- columns: horizon, tenth, foretold, happened, happened_low, happened_high, test_rows
SELECT concat(CAST(horizon_days AS VARCHAR), ' days') AS horizon, tenth, foretold, happened, happened_low, happened_high, test_rows
FROM churn_calibration
WHERE model = 'hazard' AND outcome = 'cancel'
ORDER BY horizon_days, foretold

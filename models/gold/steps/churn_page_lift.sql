-- churn_page_lift: how many of those who cancel are among the first so many percent by risk.
-- grain: one row per horizon and percent
-- kind: view
-- columns: horizon, share_contacted, share_found, lift, profit
SELECT concat(CAST(horizon_days AS VARCHAR), ' days') AS horizon, percent / 100.0 AS share_contacted, found AS share_found, lift, profit
FROM churn_lift
WHERE model = 'hazard' AND outcome = 'cancel'
ORDER BY horizon_days, percent

-- churn_page_reasons: what raises the risk of the tenth with the highest.
-- grain: one row per feature
-- kind: view
-- columns: feature, listeners, mean_contribution, example
SELECT reasons.feature, count(*) AS listeners, avg(contribution) AS mean_contribution, min(text) AS example
FROM churn_reasons AS reasons
JOIN (SELECT max(cut_off) AS cut_off FROM churn_scores) AS newest ON newest.cut_off = reasons.cut_off
JOIN churn_scores AS scores ON scores.user_id = reasons.user_id AND scores.cut_off = reasons.cut_off
WHERE scores.decile = 1
GROUP BY reasons.feature
ORDER BY listeners DESC, reasons.feature

-- churn_page_past: what became of earlier scores.
-- grain: one row per scored cut-off and model of which 10 days are known
-- kind: view
-- columns: cut_off, model, listeners, foretold, happened, first_tenth_happened
SELECT scores.cut_off, substr(scores.model, 1, 12) AS model, count(*) AS listeners, avg(cancel_10d) AS foretold,
       avg(CASE WHEN cancel_day <= 10 THEN 1.0 ELSE 0.0 END) AS happened,
       avg(CASE WHEN decile = 1 THEN CASE WHEN cancel_day <= 10 THEN 1.0 ELSE 0.0 END END) AS first_tenth_happened
FROM churn_scores AS scores
JOIN churn_labels AS labels ON labels.user_id = scores.user_id AND labels.cut_off = scores.cut_off
WHERE observed_days >= 10
GROUP BY scores.cut_off, substr(scores.model, 1, 12)
ORDER BY scores.cut_off

-- churn_page_risk: who is most likely to cancel, with the first reason.
-- grain: one row per listener of the last scored cut-off, the 25 of the highest risk
-- kind: view
-- columns: rank, user_id, cancel_10_days, cancel_30_days, downgrade_10_days, expected_value, is_offer, reason
SELECT scores.rank, scores.user_id, scores.cancel_10d AS cancel_10_days, scores.cancel_30d AS cancel_30_days,
       scores.downgrade_10d AS downgrade_10_days, scores.expected_value, scores.is_offer, reasons.text AS reason
FROM churn_scores AS scores
JOIN (SELECT max(cut_off) AS cut_off FROM churn_scores) AS newest ON newest.cut_off = scores.cut_off
LEFT JOIN churn_reasons AS reasons
  ON reasons.user_id = scores.user_id AND reasons.cut_off = scores.cut_off AND reasons.place = 1
WHERE scores.rank <= 25
ORDER BY scores.rank

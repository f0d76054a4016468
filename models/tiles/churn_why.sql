-- churn_why: Why they may leave
-- unit: listeners
-- tells: The first reasons of the fifth of the listeners with the highest risk.
-- page: churn
-- place: 30
-- size: half
-- chart: bars
-- draw: x=reason y=listeners rows=10
-- makes: cadenza churn --lake {lake}
-- columns:
--   reason VARCHAR: the column that raises the risk most
--   listeners BIGINT: for whom it does
--   mean_risk DOUBLE: their mean probability to cancel within 30 days, percent
SELECT replace(feature, '_', ' ') AS reason, count(*) AS listeners, round(100 * avg(cancel_30d), 2) AS mean_risk
FROM churn_reasons
JOIN churn_scores ON churn_scores.user_id = churn_reasons.user_id AND churn_scores.cut_off = churn_reasons.cut_off
WHERE place = 1 AND decile <= 2 AND churn_scores.cut_off = (SELECT max(newest.cut_off) FROM churn_scores AS newest)
GROUP BY feature
ORDER BY listeners DESC, reason

-- churn_page_value: what an offer to each tenth of the risk is worth.
-- grain: one row per tenth of the last scored cut-off
-- kind: view
-- columns: decile, listeners, mean_risk, offers, expected_value
SELECT decile, count(*) AS listeners, avg(cancel_10d) AS mean_risk, count(CASE WHEN is_offer THEN 1 END) AS offers,
       sum(expected_value) AS expected_value
FROM churn_scores
JOIN (SELECT max(cut_off) AS newest_cut_off FROM churn_scores) AS newest ON newest_cut_off = cut_off
GROUP BY decile
ORDER BY decile

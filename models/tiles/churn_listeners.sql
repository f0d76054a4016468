-- churn_listeners: The listeners
-- tells: The likeliest to cancel, with the reasons and what an offer is worth. A click opens the listener.
-- page: churn
-- place: 40
-- size: full
-- chart: table
-- for: analysts
-- click: listener
-- makes: cadenza churn --lake {lake}
-- columns:
--   user_id VARCHAR: listener
--   cancel_30d DOUBLE: probability to cancel within 30 days, percent
--   downgrade_30d DOUBLE: to downgrade, percent; NULL: does not pay
--   expected_value DOUBLE: of an offer
--   is_offer BOOLEAN: it is worth it
--   reasons VARCHAR: what raises the risk
SELECT churn_scores.user_id, round(100 * cancel_30d, 2) AS cancel_30d, round(100 * downgrade_30d, 2) AS downgrade_30d,
       round(expected_value, 2) AS expected_value, is_offer, reasons
FROM churn_scores
LEFT JOIN (
  SELECT user_id, cut_off, string_agg(text, '; ' ORDER BY place) AS reasons FROM churn_reasons GROUP BY user_id, cut_off
) AS told ON told.user_id = churn_scores.user_id AND told.cut_off = churn_scores.cut_off
WHERE churn_scores.cut_off = (SELECT max(newest.cut_off) FROM churn_scores AS newest)
ORDER BY rank
LIMIT 2000

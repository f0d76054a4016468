-- churn_now: Who may leave
-- tells: The listeners scored at the newest cut-off, and what offers to those for whom they pay would bring.
-- page: churn
-- place: 10
-- size: full
-- chart: cards
-- makes: cadenza churn --lake {lake}
-- columns:
--   cut_off DATE: the first day that the scores do not know
--   listeners BIGINT: scored
--   expected_to_cancel DOUBLE: within 30 days: the sum of the probabilities
--   worth_an_offer BIGINT: listeners for whom an offer brings more than it costs
--   expected_value DOUBLE: of these offers together
SELECT cut_off, count(*) AS listeners, round(sum(cancel_30d), 1) AS expected_to_cancel,
       count(*) FILTER (WHERE is_offer) AS worth_an_offer,
       round(sum(CASE WHEN is_offer THEN expected_value ELSE 0 END), 2) AS expected_value
FROM churn_scores
WHERE cut_off = (SELECT max(newest.cut_off) FROM churn_scores AS newest)
GROUP BY cut_off

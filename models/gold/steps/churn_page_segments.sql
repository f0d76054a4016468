-- churn_page_segments: risk and what became of it in groups of listeners.
-- grain: one row per segment and value
-- kind: view
-- columns: group_of_listeners, foretold, happened, test_rows, positives, auc, auc_low, auc_high
SELECT concat(segment, ': ', value) AS group_of_listeners, foretold, happened, test_rows, positives, auc, auc_low, auc_high
FROM churn_segments
ORDER BY segment, value

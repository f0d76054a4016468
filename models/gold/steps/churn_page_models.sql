-- churn_page_models: how well each model tells who leaves.
-- grain: one row per model, outcome and horizon
-- kind: view
-- columns: as in churn_models, the main ones
SELECT outcome, horizon_days, model, test_rows, positives, auc, auc_low, auc_high, average_precision, f1, log_loss,
       calibration_error, lift_10, profit, auc_share, loss_share
FROM churn_models
ORDER BY outcome, horizon_days, auc DESC, model

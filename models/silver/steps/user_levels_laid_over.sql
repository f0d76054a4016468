-- user_levels_laid_over: the levels by user_days_laid_over, with those that had ended before.
-- grain: one row per listener and span of one level
-- kind: temporary
-- Of spans that begin in one moment the table does not say which event came first: they stay as they are.
-- columns: those of user_levels
SELECT * FROM user_levels_new
UNION ALL
SELECT * FROM user_levels_before WHERE valid_to IS NOT NULL

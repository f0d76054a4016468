-- churn_page_level: the level at the first event, of those who cancelled and of those who did not.
-- grain: one row per value
-- kind: view
-- columns: value, cancelled, stayed, listeners
SELECT value, max(CASE WHEN cancelled THEN share END) AS cancelled, max(CASE WHEN NOT cancelled THEN share END) AS stayed,
       sum(listeners) AS listeners
FROM churn_explore
WHERE topic = 'level'
GROUP BY value
ORDER BY value

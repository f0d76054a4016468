-- churn_page_day: what a listener does on a day, in the mean.
-- grain: one row per value
-- kind: view
-- columns: value, cancelled, stayed, listeners
SELECT value, max(CASE WHEN cancelled THEN share END) AS cancelled, max(CASE WHEN NOT cancelled THEN share END) AS stayed,
       sum(listeners) AS listeners
FROM churn_explore
WHERE topic = 'a day'
GROUP BY value
ORDER BY value

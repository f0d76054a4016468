-- churn_page_device: devices at the first event.
-- grain: one row per value
-- kind: view
-- columns: value, cancelled, stayed, listeners
SELECT value, max(CASE WHEN cancelled THEN share END) AS cancelled, max(CASE WHEN NOT cancelled THEN share END) AS stayed,
       sum(listeners) AS listeners
FROM churn_explore
WHERE topic = 'device'
GROUP BY value
ORDER BY value

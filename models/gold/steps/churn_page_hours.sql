-- churn_page_hours: events by the time of the day, UTC.
-- grain: one row per value
-- kind: view
-- columns: value, cancelled, stayed, listeners
SELECT value, max(CASE WHEN cancelled THEN share END) AS cancelled, max(CASE WHEN NOT cancelled THEN share END) AS stayed,
       sum(listeners) AS listeners
FROM churn_explore
WHERE topic = 'hours'
GROUP BY value
ORDER BY value

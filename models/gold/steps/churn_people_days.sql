-- churn_people_days: listener_days with whether the listener ever cancelled, and how many events the group has.
-- grain: one row per listener and UTC day with an event
-- kind: view
-- columns: those of listener_days, cancelled, of_group
SELECT listener_days.*, churn_people.cancelled, sizes.of_group
FROM listener_days
JOIN churn_people ON churn_people.user_id = listener_days.user_id
JOIN (
  SELECT cancelled, sum(events) AS of_group
  FROM listener_days
  JOIN churn_people ON churn_people.user_id = listener_days.user_id
  GROUP BY cancelled
) AS sizes ON sizes.cancelled = churn_people.cancelled

-- churn_people: listeners with what their first event told, and whether they ever cancelled.
-- grain: one row per listener
-- kind: temporary
-- columns: user_id, gender, registration, state, device, first_pays, cancelled
SELECT profiles.user_id, gender, registration, state, device, first_pays, outcomes.cancelled
FROM listener_profiles AS profiles
JOIN (SELECT user_id, sum(cancellations) > 0 AS cancelled FROM listener_days GROUP BY user_id) AS outcomes
  ON outcomes.user_id = profiles.user_id

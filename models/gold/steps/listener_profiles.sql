-- listener_profiles: what a listener's first event told.
-- grain: one row per listener
-- kind: temporary
-- columns: user_id, first_date, gender, registration, state, device, first_pays
SELECT user_id, min(event_date) AS first_date, min(gender) AS gender, min(registration) AS registration,
       min(CASE WHEN location LIKE '%, __%' THEN substr(location, position(', ' IN location) + 2, 2) END) AS state,
       min(CASE WHEN user_agent LIKE '%iPhone%' THEN 'iPhone' WHEN user_agent LIKE '%iPad%' THEN 'iPad'
                WHEN user_agent LIKE '%Android%' THEN 'Android' WHEN user_agent LIKE '%Mac%' THEN 'Mac'
                WHEN user_agent LIKE '%Windows%' THEN 'Windows' WHEN user_agent LIKE '%Linux%' THEN 'Linux'
                WHEN user_agent IS NOT NULL THEN 'other' END) AS device,
       max(CASE WHEN level = 'paid' THEN 1 ELSE 0 END) AS first_pays
FROM (
  SELECT settled_events.user_id, event_date, gender, registration, location, user_agent, level
  FROM settled_events
  JOIN (SELECT user_id, min(first_ms) AS first_ms FROM listener_days GROUP BY user_id) AS firsts
    ON firsts.user_id = settled_events.user_id AND firsts.first_ms = settled_events.ts_ms
) AS first_events
GROUP BY user_id

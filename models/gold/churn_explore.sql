-- churn_explore: who the listeners are and what they do, those who cancelled beside those who did not.
-- grain: one row per topic, value and group
-- refresh: whole
-- columns:
--   topic VARCHAR: level, gender, state, device, weekday, hours, a day (means of what is done on a day), missing
--   value VARCHAR: the value of the topic
--   cancelled BOOLEAN: of those who cancelled
--   listeners BIGINT: in the group with this value
--   share DOUBLE: of the group's listeners; for weekday and hours, of its events; for a day, the mean of a listener's day
SELECT topic, value, cancelled, listeners, share
FROM (
  SELECT topic, value, traits.cancelled, count(*) AS listeners,
         CAST(count(*) AS DOUBLE) / CAST(max(of_group) AS DOUBLE) AS share
  FROM (
    SELECT 'level' AS topic, CASE WHEN first_pays = 1 THEN 'paid' ELSE 'free' END AS value, cancelled FROM churn_people
    UNION ALL
    SELECT 'gender', coalesce(gender, 'not told'), cancelled FROM churn_people
    UNION ALL
    SELECT 'state', coalesce(state, 'not told'), cancelled FROM churn_people
    UNION ALL
    SELECT 'device', coalesce(device, 'not told'), cancelled FROM churn_people
    UNION ALL
    SELECT 'missing', 'gender', cancelled FROM churn_people WHERE gender IS NULL
    UNION ALL
    SELECT 'missing', 'registration', cancelled FROM churn_people WHERE registration IS NULL
    UNION ALL
    SELECT 'missing', 'location', cancelled FROM churn_people WHERE state IS NULL
    UNION ALL
    SELECT 'missing', 'user agent', cancelled FROM churn_people WHERE device IS NULL
  ) AS traits
  JOIN (SELECT cancelled, count(*) AS of_group FROM churn_people GROUP BY cancelled) AS sizes
    ON sizes.cancelled = traits.cancelled
  GROUP BY topic, value, traits.cancelled
  UNION ALL
  SELECT 'weekday', CASE iso_weekday(event_date) WHEN 1 THEN '1 Mon' WHEN 2 THEN '2 Tue' WHEN 3 THEN '3 Wed' WHEN 4 THEN '4 Thu'
                                                 WHEN 5 THEN '5 Fri' WHEN 6 THEN '6 Sat' ELSE '7 Sun' END,
         cancelled, count(DISTINCT days.user_id),
         CAST(sum(events) AS DOUBLE) / CAST(max(of_group) AS DOUBLE)
  FROM churn_people_days AS days
  GROUP BY iso_weekday(event_date), cancelled
  UNION ALL
  SELECT 'hours', value, cancelled, count(DISTINCT user_id), CAST(sum(amount) AS DOUBLE) / CAST(max(of_group) AS DOUBLE)
  FROM (
    SELECT user_id, cancelled, of_group, '00-06' AS value, night_events AS amount FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, of_group, '06-12', morning_events FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, of_group, '12-18', afternoon_events FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, of_group, '18-24', evening_events FROM churn_people_days
  ) AS parts
  GROUP BY value, cancelled
  UNION ALL
  SELECT 'a day', value, cancelled, count(DISTINCT user_id), CAST(sum(amount) AS DOUBLE) / CAST(count(*) AS DOUBLE)
  FROM (
    SELECT user_id, cancelled, 'songs' AS value, plays AS amount FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'sessions', sessions FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'adverts', adverts FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'thumbs up', thumbs_up FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'thumbs down', thumbs_down FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'friends added', friends FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'songs put on playlists', playlists FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'errors', errors FROM churn_people_days
    UNION ALL SELECT user_id, cancelled, 'visits of Help', help FROM churn_people_days
  ) AS parts
  GROUP BY value, cancelled
) AS topics

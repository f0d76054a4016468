-- engaged_features: what is known of a customer after the first days of the window, and what became of them.
-- grain: one row per customer with a session in these days
-- kind: temporary
-- Nothing of the cut-off day or later enters but the label. A subscription's status is left out,
-- because it tells of the day of the export; of its span counts only whether it covers the cut-off.
-- columns: customer_id, is_engaged (the label), then the features
SELECT early.customer_id, customer_engagement.is_engaged,
       early.sessions, early.active_days, early.sessions_last_7, early.sessions_last_3, early.days_since_last,
       early.days_since_first, early.busiest_day, early.weekend_share, early.longest_gap,
       early.minutes_per_session, early.sessions / early.active_days AS sessions_per_active_day,
       CAST(days_between(cutoff_day, customer_engagement.signup_date) AS DOUBLE) AS tenure_days,
       CASE WHEN paying.customer_id IS NULL THEN 0.0 ELSE 1.0 END AS is_paying,
       coalesce(actions.plays, 0.0) AS plays, coalesce(actions.skips, 0.0) AS skips,
       coalesce(actions.likes, 0.0) AS likes, coalesce(actions.songs, 0.0) AS songs
FROM (
  SELECT customer_id, CAST(sum(sessions) AS DOUBLE) AS sessions, CAST(count(*) AS DOUBLE) AS active_days,
         CAST(sum(CASE WHEN session_date >= cutoff_day - 7 THEN sessions ELSE 0 END) AS DOUBLE) AS sessions_last_7,
         CAST(sum(CASE WHEN session_date >= cutoff_day - 3 THEN sessions ELSE 0 END) AS DOUBLE) AS sessions_last_3,
         CAST(days_between(max(cutoff_day), max(session_date)) AS DOUBLE) AS days_since_last,
         CAST(days_between(max(cutoff_day), min(session_date)) AS DOUBLE) AS days_since_first,
         CAST(max(sessions) AS DOUBLE) AS busiest_day,
         CAST(sum(CASE WHEN iso_weekday(session_date) >= 6 THEN sessions ELSE 0 END) AS DOUBLE)
           / CAST(sum(sessions) AS DOUBLE) AS weekend_share,
         CAST(max(days_between(least(coalesce(next_date, cutoff_day), cutoff_day), session_date)) AS DOUBLE) AS longest_gap,
         CAST(sum(duration_ms) AS DOUBLE) / 60000.0 / CAST(sum(sessions) AS DOUBLE) AS minutes_per_session
  FROM (
    SELECT customer_days.*, cutoff_day,
           lead(session_date) OVER (PARTITION BY customer_id ORDER BY session_date) AS next_date
    FROM customer_days
    CROSS JOIN early_span
    WHERE session_date >= first_early_day AND session_date < cutoff_day
  ) AS days
  GROUP BY customer_id
) AS early
CROSS JOIN early_span
JOIN customer_engagement ON customer_engagement.customer_id = early.customer_id
LEFT JOIN (
  SELECT DISTINCT customer_id
  FROM subscription_spans CROSS JOIN early_span
  WHERE pays AND start_time < cutoff_time AND last_time >= cutoff_time
) AS paying ON paying.customer_id = early.customer_id
LEFT JOIN (
  SELECT customer_id, CAST(count(CASE WHEN action = 'play' THEN 1 END) AS DOUBLE) AS plays,
         CAST(count(CASE WHEN action = 'skip' THEN 1 END) AS DOUBLE) AS skips,
         CAST(count(CASE WHEN action = 'like' THEN 1 END) AS DOUBLE) AS likes,
         CAST(count(DISTINCT coalesce(track_id, title)) AS DOUBLE) AS songs
  FROM engagement_events CROSS JOIN early_span
  WHERE event_date >= first_early_day AND event_date < cutoff_day
  GROUP BY customer_id
) AS actions ON actions.customer_id = early.customer_id

-- churn_snapshots: who is at risk at each cut-off: seen before it, and not left since.
-- grain: one row per listener and cut-off
-- kind: temporary
-- Reads `cut_offs` (cut_off). A day speaks for the cut-offs after it until the listener's next day.
-- columns: user_id, cut_off, pays, last_date
SELECT user_id, cut_off, pays_at_end AS pays, event_date AS last_date
FROM (
  SELECT user_id, event_date, pays_at_end, left_at_end,
         lead(event_date) OVER (PARTITION BY user_id ORDER BY event_date) AS next_date
  FROM listener_days
) AS days
JOIN cut_offs ON cut_off > event_date AND (next_date IS NULL OR cut_off <= next_date)
WHERE left_at_end = 0

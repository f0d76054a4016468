-- churn_labels: what became of who was at risk, as far as the log tells.
-- grain: one row per listener and cut-off
-- unique: user_id, cut_off
-- references: user_id in users.user_id
-- kind: written
-- job: churn
-- Days are counted from the cut-off: 1 is its own day. What the log does not cover is unknown, never "stayed".
-- columns:
--   user_id VARCHAR: listener
--   cut_off DATE: the first day that a prediction does not know, from its midnight (UTC)
--   pays BOOLEAN: the listener pays at the cut-off
--   cancel_day BIGINT: day of the first Cancellation Confirmation, whatever came between; NULL: none was seen
--   downgrade_day BIGINT: day of the first Submit Downgrade before a cancellation, of who pays at the cut-off; NULL: none was seen
--   observed_days BIGINT: whole days from the cut-off to the end of the log
SELECT user_id, cut_off, pays, cancel_day,
       CASE WHEN pays AND (cancel_day IS NULL OR downgrade_day <= cancel_day) THEN downgrade_day END AS downgrade_day,
       observed_days
FROM (
  SELECT snapshots.user_id, snapshots.cut_off, snapshots.pays = 1 AS pays,
         days_between(min(end_of_data), snapshots.cut_off) AS observed_days,
         min(CASE WHEN cancellations > 0 THEN days_between(event_date, snapshots.cut_off) + 1 END) AS cancel_day,
         min(CASE WHEN downgrades > 0 THEN days_between(event_date, snapshots.cut_off) + 1 END) AS downgrade_day
  FROM churn_snapshots AS snapshots
  CROSS JOIN churn_span
  LEFT JOIN (
    SELECT user_id, event_date, cancellations, downgrades
    FROM listener_days
    WHERE cancellations > 0 OR downgrades > 0
  ) AS outcomes
    ON outcomes.user_id = snapshots.user_id AND outcomes.event_date >= snapshots.cut_off AND outcomes.event_date < end_of_data
  GROUP BY snapshots.user_id, snapshots.cut_off, snapshots.pays
) AS days

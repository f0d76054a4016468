-- paying_spans: from when to when somebody pays without a break, over the union of all subscriptions.
-- grain: one row per basis, customer and unbroken span
-- kind: temporary
-- basis: type (whatever the status) or status (only what counts as paid today). A span goes on into the
-- next one that begins within a day (24 hours, or a day of the calendar in the source's zone: one has 25
-- hours), unless a free subscription begins in between: who pays by the month pays at its start.
-- columns: basis, customer_id, start_time, end_time; end_time is NULL where the span lasts
SELECT basis, customer_id, min(start_time) AS start_time,
       CASE WHEN year(utc_clock(max(last_time))) = 9999 THEN NULL ELSE max(last_time) END AS end_time
FROM (
  SELECT *, sum(CASE WHEN goes_on THEN 0 ELSE 1 END)
              OVER (PARTITION BY basis, customer_id ORDER BY start_time, last_time
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS span_number
  FROM (
    SELECT basis, customer_id, start_time, last_time, is_paid,
           coalesce(start_time <= reach_before
                    OR ((unix_millis(start_time) - unix_millis(reach_before) <= 86400000
                         OR zone_clock(start_time, zone) <= zone_clock(reach_before, zone) + INTERVAL '1' DAY)
                        AND (free_before IS NULL OR free_before < reach_before)), false) AS goes_on
    FROM (
      SELECT basis, customer_id, start_time, last_time, is_paid,
             max(CASE WHEN is_paid THEN last_time END)
               OVER (PARTITION BY basis, customer_id ORDER BY start_time, pays DESC, last_time
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach_before,
             max(CASE WHEN NOT pays THEN start_time END)
               OVER (PARTITION BY basis, customer_id ORDER BY start_time, pays DESC, last_time
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS free_before
      FROM (
        SELECT 'type' AS basis, customer_id, start_time, last_time, pays, pays AS is_paid FROM subscription_spans
        UNION ALL
        SELECT 'status', customer_id, start_time, last_time, pays, pays AND is_current FROM subscription_spans
      ) AS spans
    ) AS neighbours
    CROSS JOIN kpi_settings
  ) AS reached
  WHERE is_paid
) AS numbered
GROUP BY basis, customer_id, span_number

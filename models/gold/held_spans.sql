-- held_spans: paid subscriptions, each to the next one where that follows within a day.
-- grain: one row per subscription
-- kind: view
-- A month that is paid to its last day goes on into the next one: who pays by the month pays at its start.
-- columns: customer_id, start_time, end_time
SELECT spans.customer_id, spans.start_time,
       CASE WHEN max(next_spans.start_time) IS NULL THEN spans.end_time ELSE max(next_spans.start_time) END AS end_time
FROM paid_spans AS spans
LEFT JOIN paid_spans AS next_spans
  ON next_spans.customer_id = spans.customer_id AND next_spans.start_time > spans.end_time
     AND unix_millis(next_spans.start_time) - unix_millis(spans.end_time) <= 86400000
GROUP BY spans.customer_id, spans.start_time, spans.end_time

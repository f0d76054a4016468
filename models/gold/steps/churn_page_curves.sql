-- churn_page_curves: ROC and precision by recall of all models, cancellations within 10 days.
-- grain: one row per model and fiftieth of its test rows, from the greatest probability down
-- kind: view
-- columns: model, part, false_positive_rate, recall, precision
SELECT model, part, max(misses) / max(CAST(all_misses AS DOUBLE)) AS false_positive_rate,
       max(hits) / max(CAST(all_hits AS DOUBLE)) AS recall, max(hits) / max(CAST(hits + misses AS DOUBLE)) AS precision
FROM (
  SELECT model, ntile(50) OVER (PARTITION BY model ORDER BY p DESC, user_id, cut_off) AS part,
         sum(hit) OVER (PARTITION BY model ORDER BY p DESC, user_id, cut_off ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS hits,
         sum(1 - hit) OVER (PARTITION BY model ORDER BY p DESC, user_id, cut_off ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS misses,
         sum(hit) OVER (PARTITION BY model) AS all_hits, sum(1 - hit) OVER (PARTITION BY model) AS all_misses
  FROM (
    SELECT model, user_id, cut_off, cancel_10d AS p, CASE WHEN cancel_10d_happened THEN 1 ELSE 0 END AS hit
    FROM churn_tests
    WHERE cancel_10d IS NOT NULL
  ) AS tested
) AS ranked
GROUP BY model, part
ORDER BY model, part

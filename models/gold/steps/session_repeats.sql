-- session_repeats: how many rows of engagement_sessions have the hash of another.
-- grain: one row
-- kind: view
-- Equal sessions have equal hashes: 0 means that no session comes twice. Numbers of one width are
-- grouped several times faster than the ids themselves.
-- columns: repeats
SELECT CAST(coalesce(sum(n - 1), 0) AS BIGINT) AS repeats
FROM (
  SELECT count(*) AS n
  FROM (SELECT xxhash64(customer_id, session_id) AS h FROM engagement_sessions) AS hashes
  GROUP BY h HAVING count(*) > 1
) AS repeated

-- user_days_laid_over: the days of listeners by the new events, behind the level that lasted until then.
-- grain: one row per listener and UTC day with new events, and one per level without an end
-- kind: temporary
-- Right only where all new events are later than all earlier ones.
-- columns: those of user_days
SELECT * FROM user_days_new
UNION ALL
SELECT user_id, CAST(NULL AS DATE) AS event_date, level AS min_level, level AS max_level, unix_millis(valid_from) AS first_ms,
       NULL AS last_ms
FROM user_levels_before
WHERE valid_to IS NULL

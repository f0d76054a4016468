-- settled_events: events with one row a natural key: of conflicting variants the one with the least content.
-- grain: one row per natural key of an event
-- kind: view
-- columns: those of events
SELECT * FROM events WHERE NOT is_conflict
UNION ALL
SELECT * FROM (
  SELECT * FROM events WHERE is_conflict
  QUALIFY row_number() OVER (
    PARTITION BY ts_ms, user_id, session_id, item_in_session, CASE WHEN user_id IS NULL THEN page END
    ORDER BY event_content(artist, auth, first_name, gender, last_name, length, level, location,
                           method, page, registration, song, status, user_agent, _rescued)) = 1
) AS chosen

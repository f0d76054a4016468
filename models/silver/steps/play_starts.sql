-- play_starts: the times at which plays began.
-- grain: one row per distinct event_time of the plays
-- kind: view
-- rows: distinct
-- columns: start_time
SELECT event_time AS start_time FROM settled_events WHERE page = 'NextSong'

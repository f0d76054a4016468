-- songplays_matched_say_how: song_id and match_quality are there together or not at all.
-- table: songplays
SELECT songplay_id, song_id, match_quality FROM songplays
WHERE (song_id IS NULL) <> (match_quality IS NULL)

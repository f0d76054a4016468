-- lifetime: all that is known of the listener, from the first event to the cut-off.
-- kind: feature
-- reads: totals
-- columns:
--   days_known BIGINT: days from the first event to the cut-off
--   events_all BIGINT: events
--   plays_all BIGINT: songs begun
--   sessions_all BIGINT: sessions
--   active_days_all BIGINT: days with an event
--   active_share DOUBLE: of the days known, those with an event
--   adverts_all BIGINT: adverts
--   adverts_a_day DOUBLE: adverts for each day known
--   thumbs_down_all BIGINT: thumbs down
--   thumbs_down_a_day DOUBLE: thumbs down for each day known
--   thumbs_down_per_song DOUBLE: thumbs down for each song
--   thumbs_up_all BIGINT: thumbs up
--   thumbs_ratio_all DOUBLE: thumbs up of all thumbs
--   skipped_seconds_all BIGINT: seconds of songs that were not heard
--   skipped_a_day DOUBLE: for each day known
--   friends_all BIGINT: friends added
--   playlists_all BIGINT: songs added to playlists
--   errors_all BIGINT: errors
--   level_changes_all BIGINT: upgrades and downgrades
--   hours_all DOUBLE: hours in sessions
--   songs_per_hour DOUBLE: songs for each hour in sessions
--   adverts_per_hour DOUBLE: adverts for each hour in sessions
--   redirects_per_hour DOUBLE: redirected requests for each hour in sessions
--   gets_per_hour DOUBLE: pages fetched for each hour in sessions
--   new_artist_share_all DOUBLE: songs by an artist never played before, of all songs
--   repeat_share_all DOUBLE: songs begun again in the same session, of all songs
--   pays_now BIGINT: 1 = the listener pays at the cut-off
-- words:
--   days_known: known for {longer|less long} than usual: {days_known} days, others {usual}
--   events_all, plays_all, sessions_all, hours_all: {more|less} heard so far than usual: {plays_all} songs, others {usual}
--   active_days_all, active_share: here on {more|fewer} days so far than usual: {active_share} of the days, others {usual}
--   adverts_all, adverts_a_day, adverts_per_hour: {more|fewer} adverts so far than usual: {adverts_a_day} a day, others {usual}
--   thumbs_down_all, thumbs_down_a_day, thumbs_down_per_song: {more|fewer} thumbs down so far than usual: {thumbs_down_all}, others {usual}
--   thumbs_up_all: {more|fewer} thumbs up so far than usual: {thumbs_up_all}, others {usual}
--   thumbs_ratio_all: {more|less} of the thumbs point up so far than usual: {thumbs_ratio_all}, others {usual}
--   skipped_seconds_all, skipped_a_day: {more|less} of the songs left unheard so far than usual: {skipped_a_day} seconds a day, others {usual}
--   friends_all: {more|fewer} friends than usual: {friends_all}, others {usual}
--   playlists_all: {more|fewer} songs on playlists than usual: {playlists_all}, others {usual}
--   errors_all: {more|fewer} errors so far than usual: {errors_all}, others {usual}
--   level_changes_all: {more|fewer} changes between free and paid than usual: {level_changes_all}, others {usual}
--   songs_per_hour, redirects_per_hour, gets_per_hour: {more|fewer} songs an hour than usual: {songs_per_hour}, others {usual}
--   new_artist_share_all: {more|fewer} songs by new artists so far than usual: {new_artist_share_all}, others {usual}
--   repeat_share_all: {more|fewer} songs heard again in the same visit so far than usual: {repeat_share_all}, others {usual}
--   pays_now: {pays|does not pay}
SELECT user_id, cut_off, days_known, events AS events_all, plays AS plays_all, sessions AS sessions_all,
       active_days AS active_days_all, CAST(active_days AS DOUBLE) / CAST(days_known AS DOUBLE) AS active_share,
       adverts AS adverts_all, CAST(adverts AS DOUBLE) / CAST(days_known AS DOUBLE) AS adverts_a_day,
       thumbs_down AS thumbs_down_all, CAST(thumbs_down AS DOUBLE) / CAST(days_known AS DOUBLE) AS thumbs_down_a_day,
       CASE WHEN plays > 0 THEN CAST(thumbs_down AS DOUBLE) / CAST(plays AS DOUBLE) END AS thumbs_down_per_song,
       thumbs_up AS thumbs_up_all,
       CASE WHEN thumbs_up + thumbs_down > 0
            THEN CAST(thumbs_up AS DOUBLE) / CAST(thumbs_up + thumbs_down AS DOUBLE) END AS thumbs_ratio_all,
       skipped_seconds AS skipped_seconds_all, CAST(skipped_seconds AS DOUBLE) / CAST(days_known AS DOUBLE) AS skipped_a_day,
       friends AS friends_all, playlists AS playlists_all, errors AS errors_all, upgrades + downgrades AS level_changes_all,
       CAST(session_seconds AS DOUBLE) / 3600.0 AS hours_all,
       CASE WHEN session_seconds > 0 THEN CAST(3600 * plays AS DOUBLE) / CAST(session_seconds AS DOUBLE) END AS songs_per_hour,
       CASE WHEN session_seconds > 0 THEN CAST(3600 * adverts AS DOUBLE) / CAST(session_seconds AS DOUBLE) END AS adverts_per_hour,
       CASE WHEN session_seconds > 0 THEN CAST(3600 * redirects AS DOUBLE) / CAST(session_seconds AS DOUBLE) END AS redirects_per_hour,
       CASE WHEN session_seconds > 0 THEN CAST(3600 * gets AS DOUBLE) / CAST(session_seconds AS DOUBLE) END AS gets_per_hour,
       CASE WHEN plays > 0 THEN CAST(new_artists AS DOUBLE) / CAST(plays AS DOUBLE) END AS new_artist_share_all,
       CASE WHEN plays > 0 THEN CAST(repeats AS DOUBLE) / CAST(plays AS DOUBLE) END AS repeat_share_all,
       pays_at_end AS pays_now
FROM totals

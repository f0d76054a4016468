-- recent: the last 7, 14 and 30 days, and all of them with half the weight each 7 days.
-- kind: feature
-- reads: history 30 days
-- columns:
--   plays_7 BIGINT: songs begun in 7 days
--   plays_14 BIGINT: in 14 days
--   plays_30 BIGINT: in 30 days
--   plays_recent DOUBLE: songs a day, half the weight each 7 days
--   active_days_7 BIGINT: days with an event of 7
--   active_days_14 BIGINT: of 14
--   active_days_30 BIGINT: of 30
--   sessions_7 BIGINT: sessions in 7 days
--   sessions_14 BIGINT: in 14 days
--   sessions_30 BIGINT: in 30 days
--   sessions_recent DOUBLE: sessions a day, half the weight each 7 days
--   adverts_7 BIGINT: adverts in 7 days
--   adverts_14 BIGINT: in 14 days
--   adverts_30 BIGINT: in 30 days
--   adverts_recent DOUBLE: adverts a day, half the weight each 7 days
--   advert_load_30 DOUBLE: adverts a song, 30 days
--   thumbs_down_7 BIGINT: thumbs down in 7 days
--   thumbs_down_14 BIGINT: in 14 days
--   thumbs_down_30 BIGINT: in 30 days
--   thumbs_down_recent DOUBLE: thumbs down a day, half the weight each 7 days
--   thumbs_up_7 BIGINT: thumbs up in 7 days
--   thumbs_up_30 BIGINT: in 30 days
--   thumbs_up_recent DOUBLE: thumbs up a day, half the weight each 7 days
--   thumbs_ratio_30 DOUBLE: thumbs up of all thumbs, 30 days
--   skipped_seconds_7 BIGINT: seconds of songs that were not heard, 7 days
--   skipped_seconds_30 BIGINT: 30 days
--   skipped_recent DOUBLE: seconds a day, half the weight each 7 days
--   skipped_share_30 DOUBLE: of the length of the songs begun, 30 days
--   friends_30 BIGINT: friends added in 30 days
--   playlists_30 BIGINT: songs added to playlists in 30 days
--   errors_7 BIGINT: errors in 7 days
--   errors_30 BIGINT: in 30 days
--   help_30 BIGINT: visits of Help in 30 days
--   settings_30 BIGINT: visits of Settings, saved or not, in 30 days
--   home_30 BIGINT: visits of Home in 30 days
--   logouts_30 BIGINT: logouts in 30 days
--   upgrade_visits_30 BIGINT: visits of Upgrade in 30 days
--   downgrade_visits_30 BIGINT: visits of Downgrade in 30 days
--   new_artist_share_30 DOUBLE: songs by an artist never played before, of all songs, 30 days
--   repeat_share_30 DOUBLE: songs begun again in the same session, of all songs, 30 days
--   songs_per_session_30 DOUBLE: songs a session, 30 days
--   session_minutes_30 DOUBLE: minutes a session, 30 days
--   night_share_30 DOUBLE: events from 0 to 6 o'clock UTC, of all, 30 days
--   weekend_share_30 DOUBLE: events on Saturdays and Sundays, of all, 30 days
--   paid_share_30 DOUBLE: events while paying, of all, 30 days
-- words:
--   adverts_7, adverts_14, adverts_30, adverts_recent: {more|fewer} adverts than usual: {adverts_14} in 14 days, others {usual}
--   advert_load_30: {more|fewer} adverts for each song than usual: {advert_load_30}, others {usual}
--   plays_7, plays_14, plays_30, plays_recent: {more|fewer} songs than usual: {plays_14} in 14 days, others {usual}
--   active_days_7, active_days_14, active_days_30: here on {more|fewer} days than usual: {active_days_14} of 14, others {usual}
--   sessions_7, sessions_14, sessions_30, sessions_recent: {more|fewer} visits than usual: {sessions_14} in 14 days, others {usual}
--   thumbs_down_7, thumbs_down_14, thumbs_down_30, thumbs_down_recent: {more|fewer} thumbs down than usual: {thumbs_down_30} in 30 days, others {usual}
--   thumbs_up_7, thumbs_up_30, thumbs_up_recent: {more|fewer} thumbs up than usual: {thumbs_up_30} in 30 days, others {usual}
--   thumbs_ratio_30: {more|less} of the thumbs point up than usual: {thumbs_ratio_30}, others {usual}
--   skipped_seconds_7, skipped_seconds_30, skipped_recent, skipped_share_30: {more|less} of the songs left unheard than usual: {skipped_share_30}, others {usual}
--   friends_30: {more|fewer} friends added than usual: {friends_30} in 30 days, others {usual}
--   playlists_30: {more|fewer} songs put on playlists than usual: {playlists_30} in 30 days, others {usual}
--   errors_7, errors_30: {more|fewer} errors than usual: {errors_30} in 30 days, others {usual}
--   help_30: {more|fewer} visits of Help than usual: {help_30} in 30 days, others {usual}
--   settings_30: {more|fewer} visits of Settings than usual: {settings_30} in 30 days, others {usual}
--   home_30: {more|fewer} visits of Home than usual: {home_30} in 30 days, others {usual}
--   logouts_30: {more|fewer} logouts than usual: {logouts_30} in 30 days, others {usual}
--   upgrade_visits_30: {more|fewer} looks at Upgrade than usual: {upgrade_visits_30} in 30 days, others {usual}
--   downgrade_visits_30: {more|fewer} looks at Downgrade than usual: {downgrade_visits_30} in 30 days, others {usual}
--   new_artist_share_30: {more|fewer} songs by new artists than usual: {new_artist_share_30}, others {usual}
--   repeat_share_30: {more|fewer} songs heard again in the same visit than usual: {repeat_share_30}, others {usual}
--   songs_per_session_30, session_minutes_30: {longer|shorter} visits than usual: {songs_per_session_30} songs, others {usual}
--   night_share_30: {more|less} at night (UTC) than usual: {night_share_30}, others {usual}
--   weekend_share_30: {more|less} at weekends than usual: {weekend_share_30}, others {usual}
--   paid_share_30: {more|less} of the time paying than usual: {paid_share_30}, others {usual}
SELECT user_id, cut_off, plays_7, plays_14, plays_30, CAST(plays_weighed AS DOUBLE) / 65536.0 AS plays_recent,
       active_days_7, active_days_14, active_days_30,
       sessions_7, sessions_14, sessions_30, CAST(sessions_weighed AS DOUBLE) / 65536.0 AS sessions_recent,
       adverts_7, adverts_14, adverts_30, CAST(adverts_weighed AS DOUBLE) / 65536.0 AS adverts_recent,
       CASE WHEN plays_30 > 0 THEN CAST(adverts_30 AS DOUBLE) / CAST(plays_30 AS DOUBLE) END AS advert_load_30,
       thumbs_down_7, thumbs_down_14, thumbs_down_30, CAST(thumbs_down_weighed AS DOUBLE) / 65536.0 AS thumbs_down_recent,
       thumbs_up_7, thumbs_up_30, CAST(thumbs_up_weighed AS DOUBLE) / 65536.0 AS thumbs_up_recent,
       CASE WHEN thumbs_up_30 + thumbs_down_30 > 0
            THEN CAST(thumbs_up_30 AS DOUBLE) / CAST(thumbs_up_30 + thumbs_down_30 AS DOUBLE) END AS thumbs_ratio_30,
       skipped_seconds_7, skipped_seconds_30, CAST(skipped_weighed AS DOUBLE) / 65536.0 AS skipped_recent,
       CASE WHEN song_seconds_30 > 0
            THEN CAST(skipped_seconds_30 AS DOUBLE) / CAST(song_seconds_30 AS DOUBLE) END AS skipped_share_30,
       friends_30, playlists_30, errors_7, errors_30, help_30, settings_30, home_30, logouts_30,
       upgrade_visits_30, downgrade_visits_30,
       CASE WHEN plays_30 > 0 THEN CAST(new_artists_30 AS DOUBLE) / CAST(plays_30 AS DOUBLE) END AS new_artist_share_30,
       CASE WHEN plays_30 > 0 THEN CAST(repeats_30 AS DOUBLE) / CAST(plays_30 AS DOUBLE) END AS repeat_share_30,
       CAST(plays_30 AS DOUBLE) / CAST(sessions_30 AS DOUBLE) AS songs_per_session_30,
       CAST(session_seconds_30 AS DOUBLE) / CAST(60 * sessions_30 AS DOUBLE) AS session_minutes_30,
       CAST(night_events_30 AS DOUBLE) / CAST(events_30 AS DOUBLE) AS night_share_30,
       CAST(weekend_events_30 AS DOUBLE) / CAST(events_30 AS DOUBLE) AS weekend_share_30,
       CAST(paid_events_30 AS DOUBLE) / CAST(events_30 AS DOUBLE) AS paid_share_30
FROM (
  SELECT user_id, cut_off,
         sum(CASE WHEN age <= 7 THEN plays ELSE 0 END) AS plays_7, sum(CASE WHEN age <= 14 THEN plays ELSE 0 END) AS plays_14,
         sum(plays) AS plays_30, sum(weight * plays) AS plays_weighed,
         count(CASE WHEN age <= 7 THEN 1 END) AS active_days_7, count(CASE WHEN age <= 14 THEN 1 END) AS active_days_14,
         count(*) AS active_days_30,
         sum(CASE WHEN age <= 7 THEN sessions ELSE 0 END) AS sessions_7,
         sum(CASE WHEN age <= 14 THEN sessions ELSE 0 END) AS sessions_14,
         sum(sessions) AS sessions_30, sum(weight * sessions) AS sessions_weighed,
         sum(CASE WHEN age <= 7 THEN adverts ELSE 0 END) AS adverts_7, sum(CASE WHEN age <= 14 THEN adverts ELSE 0 END) AS adverts_14,
         sum(adverts) AS adverts_30, sum(weight * adverts) AS adverts_weighed,
         sum(CASE WHEN age <= 7 THEN thumbs_down ELSE 0 END) AS thumbs_down_7,
         sum(CASE WHEN age <= 14 THEN thumbs_down ELSE 0 END) AS thumbs_down_14,
         sum(thumbs_down) AS thumbs_down_30, sum(weight * thumbs_down) AS thumbs_down_weighed,
         sum(CASE WHEN age <= 7 THEN thumbs_up ELSE 0 END) AS thumbs_up_7, sum(thumbs_up) AS thumbs_up_30,
         sum(weight * thumbs_up) AS thumbs_up_weighed,
         sum(CASE WHEN age <= 7 THEN skipped_seconds ELSE 0 END) AS skipped_seconds_7,
         sum(skipped_seconds) AS skipped_seconds_30, sum(weight * skipped_seconds) AS skipped_weighed,
         sum(song_seconds) AS song_seconds_30, sum(friends) AS friends_30, sum(playlists) AS playlists_30,
         sum(CASE WHEN age <= 7 THEN errors ELSE 0 END) AS errors_7, sum(errors) AS errors_30, sum(help) AS help_30,
         sum(settings + saved_settings) AS settings_30, sum(home) AS home_30, sum(logouts) AS logouts_30,
         sum(upgrade_visits) AS upgrade_visits_30, sum(downgrade_visits) AS downgrade_visits_30,
         sum(new_artists) AS new_artists_30, sum(repeats) AS repeats_30, sum(session_seconds) AS session_seconds_30, sum(night_events) AS night_events_30,
         sum(CASE WHEN iso_weekday(event_date) >= 6 THEN events ELSE 0 END) AS weekend_events_30,
         sum(paid_events) AS paid_events_30, sum(events) AS events_30
  FROM history
  GROUP BY user_id, cut_off
) AS sums

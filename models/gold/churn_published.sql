-- churn_published: the table of a published study of churn, one row a listener over the whole log, with its leak.
-- grain: one row per listener
-- unique: user_id
-- refresh: whole
-- job: churn
-- Made with --as-published, to compare: tenure_days ends with the log or with the cancellation, whichever comes first, and so
-- tells the label. Times are whole seconds, a length that is not told is 0.
-- columns:
--   user_id VARCHAR: listener
--   gender VARCHAR: M or F
--   count_items BIGINT: events
--   sum_length DOUBLE: seconds of the songs begun
--   paid BIGINT: 1 = ever paid
--   session_count BIGINT: sessions
--   churn BIGINT: 1 = has a Cancellation Confirmation: the label
--   submit_upgrade BIGINT: events on Submit Upgrade
--   submit_downgrade BIGINT: events on Submit Downgrade
--   thumbs_down BIGINT: events on Thumbs Down
--   home BIGINT: events on Home
--   downgrade BIGINT: events on Downgrade
--   advert BIGINT: events on Roll Advert
--   save_settings BIGINT: events on Save Settings
--   about BIGINT: events on About
--   settings BIGINT: events on Settings
--   add_playlist BIGINT: events on Add to Playlist
--   add_friend BIGINT: events on Add Friend
--   next_song BIGINT: events on NextSong
--   thumbs_up BIGINT: events on Thumbs Up
--   help BIGINT: events on Help
--   upgrade BIGINT: events on Upgrade
--   error BIGINT: events on Error
--   non_song_interaction_count BIGINT: events on other pages than NextSong and Cancellation Confirmation
--   put_200 BIGINT: PUT with status 200
--   get_200 BIGINT: GET with status 200
--   put_307 BIGINT: PUT with status 307
--   tenure_days DOUBLE: from the first event to the last of the listener: the leak
--   thumbs_up_pct DOUBLE: of all thumbs; 0 without any
--   avg_items_session DOUBLE: events a session
--   avg_songs_session DOUBLE: songs a session
--   sum_session_length_hours DOUBLE: hours in sessions
--   avg_session_length_hours DOUBLE: hours a session
--   interaction_rate DOUBLE: non_song_interaction_count an hour
--   submit_upgrade_rate DOUBLE: submit_upgrade an hour
--   submit_downgrade_rate DOUBLE: submit_downgrade an hour
--   thumbs_down_rate DOUBLE: thumbs_down an hour
--   home_rate DOUBLE: home an hour
--   downgrade_rate DOUBLE: downgrade an hour
--   advert_rate DOUBLE: advert an hour
--   save_settings_rate DOUBLE: save_settings an hour
--   about_rate DOUBLE: about an hour
--   settings_rate DOUBLE: settings an hour
--   add_playlist_rate DOUBLE: add_playlist an hour
--   add_friend_rate DOUBLE: add_friend an hour
--   next_song_rate DOUBLE: next_song an hour
--   thumbs_up_rate DOUBLE: thumbs_up an hour
--   help_rate DOUBLE: help an hour
--   upgrade_rate DOUBLE: upgrade an hour
--   error_rate DOUBLE: error an hour
SELECT user_id, gender, count_items, sum_length, paid, session_count, churn,
       submit_upgrade, submit_downgrade, thumbs_down, home, downgrade, advert, save_settings, about, settings, add_playlist, add_friend, next_song, thumbs_up, help, upgrade, error,
       non_song_interaction_count, put_200, get_200, put_307,
       CAST(last_second - first_second AS DOUBLE) / 86400.0 AS tenure_days,
       CASE WHEN thumbs_up + thumbs_down > 0 THEN CAST(thumbs_up AS DOUBLE) / CAST(thumbs_up + thumbs_down AS DOUBLE) ELSE 0.0 END AS thumbs_up_pct,
       CAST(count_items AS DOUBLE) / CAST(session_count AS DOUBLE) AS avg_items_session,
       CAST(next_song AS DOUBLE) / CAST(session_count AS DOUBLE) AS avg_songs_session,
       hours AS sum_session_length_hours, hours / CAST(session_count AS DOUBLE) AS avg_session_length_hours,
       CASE WHEN hours > 0 THEN CAST(non_song_interaction_count AS DOUBLE) / hours ELSE 0.0 END AS interaction_rate,
       CASE WHEN hours > 0 THEN CAST(submit_upgrade AS DOUBLE) / hours ELSE 0.0 END AS submit_upgrade_rate,
       CASE WHEN hours > 0 THEN CAST(submit_downgrade AS DOUBLE) / hours ELSE 0.0 END AS submit_downgrade_rate,
       CASE WHEN hours > 0 THEN CAST(thumbs_down AS DOUBLE) / hours ELSE 0.0 END AS thumbs_down_rate,
       CASE WHEN hours > 0 THEN CAST(home AS DOUBLE) / hours ELSE 0.0 END AS home_rate,
       CASE WHEN hours > 0 THEN CAST(downgrade AS DOUBLE) / hours ELSE 0.0 END AS downgrade_rate,
       CASE WHEN hours > 0 THEN CAST(advert AS DOUBLE) / hours ELSE 0.0 END AS advert_rate,
       CASE WHEN hours > 0 THEN CAST(save_settings AS DOUBLE) / hours ELSE 0.0 END AS save_settings_rate,
       CASE WHEN hours > 0 THEN CAST(about AS DOUBLE) / hours ELSE 0.0 END AS about_rate,
       CASE WHEN hours > 0 THEN CAST(settings AS DOUBLE) / hours ELSE 0.0 END AS settings_rate,
       CASE WHEN hours > 0 THEN CAST(add_playlist AS DOUBLE) / hours ELSE 0.0 END AS add_playlist_rate,
       CASE WHEN hours > 0 THEN CAST(add_friend AS DOUBLE) / hours ELSE 0.0 END AS add_friend_rate,
       CASE WHEN hours > 0 THEN CAST(next_song AS DOUBLE) / hours ELSE 0.0 END AS next_song_rate,
       CASE WHEN hours > 0 THEN CAST(thumbs_up AS DOUBLE) / hours ELSE 0.0 END AS thumbs_up_rate,
       CASE WHEN hours > 0 THEN CAST(help AS DOUBLE) / hours ELSE 0.0 END AS help_rate,
       CASE WHEN hours > 0 THEN CAST(upgrade AS DOUBLE) / hours ELSE 0.0 END AS upgrade_rate,
       CASE WHEN hours > 0 THEN CAST(error AS DOUBLE) / hours ELSE 0.0 END AS error_rate
FROM (
  SELECT user_id, min(gender) AS gender, CAST(sum(items) AS BIGINT) AS count_items, CAST(sum(milliseconds) AS DOUBLE) / 1000.0 AS sum_length,
         max(paid) AS paid, count(*) AS session_count, max(churn) AS churn, min(first_second) AS first_second, max(last_second) AS last_second,
         CAST(sum(last_second - first_second) AS DOUBLE) / 3600.0 AS hours,
         CAST(sum(submit_upgrade) AS BIGINT) AS submit_upgrade,
         CAST(sum(submit_downgrade) AS BIGINT) AS submit_downgrade,
         CAST(sum(thumbs_down) AS BIGINT) AS thumbs_down,
         CAST(sum(home) AS BIGINT) AS home,
         CAST(sum(downgrade) AS BIGINT) AS downgrade,
         CAST(sum(advert) AS BIGINT) AS advert,
         CAST(sum(save_settings) AS BIGINT) AS save_settings,
         CAST(sum(about) AS BIGINT) AS about,
         CAST(sum(settings) AS BIGINT) AS settings,
         CAST(sum(add_playlist) AS BIGINT) AS add_playlist,
         CAST(sum(add_friend) AS BIGINT) AS add_friend,
         CAST(sum(next_song) AS BIGINT) AS next_song,
         CAST(sum(thumbs_up) AS BIGINT) AS thumbs_up,
         CAST(sum(help) AS BIGINT) AS help,
         CAST(sum(upgrade) AS BIGINT) AS upgrade,
         CAST(sum(error) AS BIGINT) AS error,
         CAST(sum(non_song_interaction_count) AS BIGINT) AS non_song_interaction_count,
         CAST(sum(put_200) AS BIGINT) AS put_200,
         CAST(sum(get_200) AS BIGINT) AS get_200,
         CAST(sum(put_307) AS BIGINT) AS put_307
  FROM (
    SELECT user_id, session_id, min(gender) AS gender, count(*) AS items, sum(CASE WHEN page = 'NextSong' THEN CAST(round(coalesce(length, 0) * 1000) AS BIGINT) ELSE 0 END) AS milliseconds,
           max(CASE WHEN level = 'paid' THEN 1 ELSE 0 END) AS paid, max(CASE WHEN page = 'Cancellation Confirmation' THEN 1 ELSE 0 END) AS churn,
           min(ts_ms // 1000) AS first_second, max(ts_ms // 1000) AS last_second,
           count(CASE WHEN page = 'Submit Upgrade' THEN 1 END) AS submit_upgrade,
           count(CASE WHEN page = 'Submit Downgrade' THEN 1 END) AS submit_downgrade,
           count(CASE WHEN page = 'Thumbs Down' THEN 1 END) AS thumbs_down,
           count(CASE WHEN page = 'Home' THEN 1 END) AS home,
           count(CASE WHEN page = 'Downgrade' THEN 1 END) AS downgrade,
           count(CASE WHEN page = 'Roll Advert' THEN 1 END) AS advert,
           count(CASE WHEN page = 'Save Settings' THEN 1 END) AS save_settings,
           count(CASE WHEN page = 'About' THEN 1 END) AS about,
           count(CASE WHEN page = 'Settings' THEN 1 END) AS settings,
           count(CASE WHEN page = 'Add to Playlist' THEN 1 END) AS add_playlist,
           count(CASE WHEN page = 'Add Friend' THEN 1 END) AS add_friend,
           count(CASE WHEN page = 'NextSong' THEN 1 END) AS next_song,
           count(CASE WHEN page = 'Thumbs Up' THEN 1 END) AS thumbs_up,
           count(CASE WHEN page = 'Help' THEN 1 END) AS help,
           count(CASE WHEN page = 'Upgrade' THEN 1 END) AS upgrade,
           count(CASE WHEN page = 'Error' THEN 1 END) AS error,
           count(CASE WHEN page NOT IN ('NextSong', 'Cancellation Confirmation') THEN 1 END) AS non_song_interaction_count,
           count(CASE WHEN method = 'PUT' AND status = 200 THEN 1 END) AS put_200,
           count(CASE WHEN method = 'GET' AND status = 200 THEN 1 END) AS get_200,
           count(CASE WHEN method = 'PUT' AND status = 307 THEN 1 END) AS put_307
    FROM settled_events
    WHERE user_id IS NOT NULL
    GROUP BY user_id, session_id
  ) AS sessions
  GROUP BY user_id
) AS listeners

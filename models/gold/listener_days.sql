-- listener_days: what each listener did on each day, in whole numbers.
-- grain: one row per listener and UTC day with an event
-- unique: user_id, event_date
-- references: user_id in users.user_id
-- partition: event_date
-- kind: written
-- job: churn
-- Written by `cadenza churn`, day by day: only days from the first changed one on are computed again.
-- A session that goes past midnight counts on each of its days. Nothing here tells of a later day.
-- columns:
--   user_id VARCHAR: listener
--   events BIGINT: all pages
--   plays BIGINT: songs begun
--   song_seconds BIGINT: length of these songs
--   skipped_seconds BIGINT: how much longer the songs of the day's sessions are than the time from the first to the last of them
--   sessions BIGINT: sessions with an event
--   session_seconds BIGINT: from the first to the last event of each
--   new_artists BIGINT: artists whom the listener never played before
--   repeats BIGINT: songs begun again that were begun in the same session on that day
--   thumbs_up BIGINT: Thumbs Up
--   thumbs_down BIGINT: Thumbs Down
--   adverts BIGINT: Roll Advert
--   friends BIGINT: Add Friend
--   playlists BIGINT: Add to Playlist
--   errors BIGINT: Error
--   help BIGINT: Help
--   about BIGINT: About
--   settings BIGINT: Settings
--   saved_settings BIGINT: Save Settings
--   home BIGINT: Home
--   logouts BIGINT: Logout
--   upgrade_visits BIGINT: Upgrade
--   downgrade_visits BIGINT: Downgrade
--   upgrades BIGINT: Submit Upgrade
--   downgrades BIGINT: Submit Downgrade
--   cancellations BIGINT: Cancellation Confirmation
--   other_pages BIGINT: any other page
--   puts BIGINT: PUT with status 200
--   gets BIGINT: GET with status 200
--   redirects BIGINT: PUT with status 307
--   night_events BIGINT: from 0 to 6 o'clock, UTC
--   morning_events BIGINT: from 6 to 12
--   afternoon_events BIGINT: from 12 to 18
--   evening_events BIGINT: from 18 to 24
--   paid_events BIGINT: while paying
--   first_ms BIGINT: the first event, epoch milliseconds
--   pays_at_end BIGINT: 1 = the listener pays after the day's last event
--   left_at_end BIGINT: 1 = the day's last event is the cancellation
--   event_date DATE: UTC day
SELECT days.user_id, events, plays, song_seconds, skipped_seconds, sessions, session_seconds,
       coalesce(firsts.new_artists, 0) AS new_artists, repeats,
       thumbs_up, thumbs_down, adverts, friends, playlists, errors, help, about, settings, saved_settings, home, logouts,
       upgrade_visits, downgrade_visits, upgrades, downgrades, cancellations, other_pages, puts, gets, redirects,
       night_events, morning_events, afternoon_events, evening_events, paid_events, first_ms,
       (last_state // 2) % 2 AS pays_at_end, last_state % 2 AS left_at_end, days.event_date
FROM (
  SELECT user_id, event_date,
         CAST(sum(events) AS BIGINT) AS events, CAST(sum(plays) AS BIGINT) AS plays,
         CAST(sum(song_seconds) AS BIGINT) AS song_seconds,
         CAST(sum(CASE WHEN plays > 1
                       THEN greatest(song_seconds - last_play % 8192 - (last_play // 8192 - first_play_ms) // 1000, 0)
                       ELSE 0 END) AS BIGINT) AS skipped_seconds,
         count(*) AS sessions, CAST(sum((last_ms - first_ms) // 1000) AS BIGINT) AS session_seconds,
         CAST(sum(repeats) AS BIGINT) AS repeats, CAST(sum(thumbs_up) AS BIGINT) AS thumbs_up, CAST(sum(thumbs_down) AS BIGINT) AS thumbs_down,
         CAST(sum(adverts) AS BIGINT) AS adverts, CAST(sum(friends) AS BIGINT) AS friends,
         CAST(sum(playlists) AS BIGINT) AS playlists, CAST(sum(errors) AS BIGINT) AS errors,
         CAST(sum(help) AS BIGINT) AS help, CAST(sum(about) AS BIGINT) AS about,
         CAST(sum(settings) AS BIGINT) AS settings, CAST(sum(saved_settings) AS BIGINT) AS saved_settings,
         CAST(sum(home) AS BIGINT) AS home, CAST(sum(logouts) AS BIGINT) AS logouts,
         CAST(sum(upgrade_visits) AS BIGINT) AS upgrade_visits, CAST(sum(downgrade_visits) AS BIGINT) AS downgrade_visits,
         CAST(sum(upgrades) AS BIGINT) AS upgrades, CAST(sum(downgrades) AS BIGINT) AS downgrades,
         CAST(sum(cancellations) AS BIGINT) AS cancellations, CAST(sum(other_pages) AS BIGINT) AS other_pages,
         CAST(sum(puts) AS BIGINT) AS puts, CAST(sum(gets) AS BIGINT) AS gets, CAST(sum(redirects) AS BIGINT) AS redirects,
         CAST(sum(night_events) AS BIGINT) AS night_events, CAST(sum(morning_events) AS BIGINT) AS morning_events,
         CAST(sum(afternoon_events) AS BIGINT) AS afternoon_events, CAST(sum(evening_events) AS BIGINT) AS evening_events,
         CAST(sum(paid_events) AS BIGINT) AS paid_events, min(first_ms) AS first_ms, max(last_state) AS last_state
  FROM (
    SELECT user_id, event_date, session_id, count(*) AS events,
           count(CASE WHEN code = 1 THEN 1 END) AS plays, CAST(sum(seconds) AS BIGINT) AS song_seconds,
           min(CASE WHEN code = 1 THEN ts_ms END) AS first_play_ms,
           max(CASE WHEN code = 1 THEN ts_ms * 8192 + seconds END) AS last_play,
           min(ts_ms) AS first_ms, max(ts_ms) AS last_ms,
           count(song_hash) - count(DISTINCT song_hash) AS repeats,
           count(CASE WHEN code = 2 THEN 1 END) AS thumbs_up, count(CASE WHEN code = 3 THEN 1 END) AS thumbs_down,
           count(CASE WHEN code = 4 THEN 1 END) AS adverts, count(CASE WHEN code = 5 THEN 1 END) AS friends,
           count(CASE WHEN code = 6 THEN 1 END) AS playlists, count(CASE WHEN code = 7 THEN 1 END) AS errors,
           count(CASE WHEN code = 8 THEN 1 END) AS help, count(CASE WHEN code = 9 THEN 1 END) AS about,
           count(CASE WHEN code = 10 THEN 1 END) AS settings, count(CASE WHEN code = 11 THEN 1 END) AS saved_settings,
           count(CASE WHEN code = 12 THEN 1 END) AS home, count(CASE WHEN code = 13 THEN 1 END) AS logouts,
           count(CASE WHEN code = 14 THEN 1 END) AS upgrade_visits, count(CASE WHEN code = 15 THEN 1 END) AS downgrade_visits,
           count(CASE WHEN code = 16 THEN 1 END) AS upgrades, count(CASE WHEN code = 17 THEN 1 END) AS downgrades,
           count(CASE WHEN code = 18 THEN 1 END) AS cancellations, count(CASE WHEN code = 0 THEN 1 END) AS other_pages,
           count(CASE WHEN status = 200 AND method = 'PUT' THEN 1 END) AS puts,
           count(CASE WHEN status = 200 AND method = 'GET' THEN 1 END) AS gets,
           count(CASE WHEN status = 307 AND method = 'PUT' THEN 1 END) AS redirects,
           count(CASE WHEN hour < 6 THEN 1 END) AS night_events, count(CASE WHEN hour >= 6 AND hour < 12 THEN 1 END) AS morning_events,
           count(CASE WHEN hour >= 12 AND hour < 18 THEN 1 END) AS afternoon_events, count(CASE WHEN hour >= 18 THEN 1 END) AS evening_events,
           count(CASE WHEN pays THEN 1 END) AS paid_events,
           max(ts_ms * 4 + CASE WHEN pays THEN 2 ELSE 0 END + CASE WHEN code = 18 THEN 1 ELSE 0 END) AS last_state
    FROM (
      SELECT user_id, event_date, session_id, ts_ms, status, method, code, (ts_ms // 3600000) % 24 AS hour,
             CASE WHEN code = 1 AND song IS NOT NULL THEN xxhash64(song, '') END AS song_hash,
             CASE WHEN code = 1 AND length > 0 THEN CAST(least(floor(length), 8191) AS BIGINT) ELSE 0 END AS seconds,
             code = 16 OR (level = 'paid' AND code <> 17) AS pays
      FROM (
        SELECT user_id, event_date, session_id, ts_ms, status, method, song, length, level,
               CASE page WHEN 'NextSong' THEN 1 WHEN 'Thumbs Up' THEN 2 WHEN 'Home' THEN 12 WHEN 'Add to Playlist' THEN 6
                         WHEN 'Roll Advert' THEN 4 WHEN 'Add Friend' THEN 5 WHEN 'Logout' THEN 13 WHEN 'Thumbs Down' THEN 3
                         WHEN 'Downgrade' THEN 15 WHEN 'Settings' THEN 10 WHEN 'Help' THEN 8 WHEN 'Upgrade' THEN 14
                         WHEN 'About' THEN 9 WHEN 'Save Settings' THEN 11 WHEN 'Error' THEN 7 WHEN 'Submit Upgrade' THEN 16
                         WHEN 'Submit Downgrade' THEN 17 WHEN 'Cancellation Confirmation' THEN 18
                         WHEN 'Cancel' THEN 19 ELSE 0 END AS code
        FROM day_events
      ) AS coded
    ) AS typed
    GROUP BY user_id, event_date, session_id
  ) AS sessions_of_day
  GROUP BY user_id, event_date
) AS days
LEFT JOIN artist_firsts AS firsts ON firsts.user_id = days.user_id AND firsts.event_date = days.event_date

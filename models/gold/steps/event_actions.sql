-- event_actions: what the kinds of events of an engagement source mean.
-- grain: one row per event_type
-- kind: temporary
-- Compared are letters and digits, without the words song, track, music, media, audio and user: "Song
-- Played", song.play and playback_started are plays. mapped_events (settings) comes first. other: known,
-- and neither; unknown: of no kind that is known.
-- columns: event_type, action
SELECT kinds.event_type,
       CASE WHEN mapped_events.action IS NOT NULL THEN mapped_events.action
            WHEN plain IN ('play', 'played', 'plays', 'playing', 'playback', 'playstart', 'playstarted', 'startplay',
                           'playbackstart', 'playbackstarted', 'startplayback', 'start', 'started', 'begin', 'began',
                           'next', 'stream', 'streamed', 'streamstart', 'streamstarted', 'listen', 'listened',
                           'listening') THEN 'play'
            WHEN plain IN ('skip', 'skipped', 'skips', 'skipping', 'skipforward', 'skipnext') THEN 'skip'
            WHEN plain IN ('like', 'liked', 'likes', 'thumbsup', 'thumbup', 'favorite', 'favourite', 'favorited',
                           'favourited', 'love', 'loved', 'upvote') THEN 'like'
            WHEN plain IN ('dislike', 'disliked', 'thumbsdown', 'thumbdown', 'unlike', 'unliked', 'unfavorite',
                           'unfavourite', 'downvote') THEN 'dislike'
            WHEN plain IN ('addtoplaylist', 'playlistadd', 'addedtoplaylist', 'addplaylist') THEN 'add'
            WHEN plain IN ('', 'pause', 'paused', 'resume', 'resumed', 'stop', 'stopped', 'end', 'ended', 'complete',
                           'completed', 'finish', 'finished', 'seek', 'home', 'login', 'logout', 'search', 'searched',
                           'settings', 'savesettings', 'help', 'about', 'error', 'advert', 'rolladvert', 'ad', 'upgrade',
                           'submitupgrade', 'downgrade', 'submitdowngrade', 'cancel', 'cancellationconfirmation',
                           'addfriend', 'share', 'shared', 'download',
                           'downloaded', 'register', 'submitregistration', 'repeat', 'replay', 'volume', 'other',
                           'sessionstart', 'sessionend', 'pageview', 'view', 'click') THEN 'other'
            ELSE 'unknown' END AS action
FROM (
  SELECT event_type,
         replace(replace(replace(replace(replace(replace(letters, 'song', ''), 'track', ''), 'music', ''), 'media', ''),
                         'audio', ''), 'user', '') AS plain
  FROM (
    SELECT event_type, lower(replace(replace(replace(replace(replace(replace(event_type, ' ', ''), '_', ''), '-', ''),
                                                     '.', ''), ':', ''), '/', '')) AS letters
    FROM (SELECT DISTINCT event_type FROM source_events WHERE event_type IS NOT NULL) AS types
  ) AS spelt
) AS kinds
LEFT JOIN mapped_events ON mapped_events.kind = lower(kinds.event_type)

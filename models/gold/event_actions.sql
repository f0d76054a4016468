-- event_actions: what the kinds of events of an engagement source mean.
-- grain: one row per event_type
-- kind: temporary
-- columns: event_type, action
SELECT event_type,
       CASE WHEN plain IN ('play', 'songplay', 'trackplay', 'playsong', 'playtrack', 'nextsong', 'stream', 'listen',
                           'playback', 'playstart', 'played', 'playstarted') THEN 'play'
            WHEN plain IN ('skip', 'songskip', 'trackskip', 'skipsong', 'skiptrack', 'skipped') THEN 'skip'
            WHEN plain IN ('like', 'songlike', 'tracklike', 'thumbsup', 'favorite', 'favourite', 'liked') THEN 'like'
            WHEN plain IN ('dislike', 'songdislike', 'thumbsdown', 'unlike', 'disliked') THEN 'dislike'
            WHEN plain IN ('addtoplaylist', 'playlistadd', 'addedtoplaylist', 'addplaylist') THEN 'add'
            ELSE 'other' END AS action
FROM (
  SELECT event_type, replace(replace(replace(lower(event_type), ' ', ''), '_', ''), '-', '') AS plain
  FROM (SELECT DISTINCT event_type FROM source_events WHERE event_type IS NOT NULL) AS types
) AS plain_types

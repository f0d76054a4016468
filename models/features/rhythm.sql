-- rhythm: how regularly the listener comes, and whether that changed.
-- kind: feature
-- reads: history 30 days
-- columns:
--   days_since_last BIGINT: days from the last day with an event to the cut-off
--   longest_gap_30 BIGINT: the longest time between two days with an event, 30 days
--   mean_gap_30 DOUBLE: the mean of these times
--   trend_plays DOUBLE: songs of the last 7 days, of those of 14
--   trend_sessions DOUBLE: sessions of the last 7 days, of those of 14
--   trend_adverts DOUBLE: adverts of the last 7 days, of those of 14
--   busiest_day_30 BIGINT: most songs in a day, 30 days
--   days_with_errors_30 BIGINT: days with an error, 30 days
-- words:
--   days_since_last: {longer|less long} away than usual: {days_since_last} days, others {usual}
--   longest_gap_30, mean_gap_30: {longer|shorter} breaks than usual: up to {longest_gap_30} days, others {usual}
--   trend_plays, trend_sessions: {more|fewer} of the last 14 days' songs in the last 7 than usual: {trend_plays}, others {usual}
--   trend_adverts: {more|fewer} of the last 14 days' adverts in the last 7 than usual: {trend_adverts}, others {usual}
--   busiest_day_30: {more|fewer} songs on the busiest day than usual: {busiest_day_30}, others {usual}
--   days_with_errors_30: errors on {more|fewer} days than usual: {days_with_errors_30}, others {usual}
SELECT user_id, cut_off, min(age) AS days_since_last,
       max(age - next_age) AS longest_gap_30,
       CASE WHEN count(*) > 1 THEN CAST(max(age) - min(age) AS DOUBLE) / CAST(count(*) - 1 AS DOUBLE) END AS mean_gap_30,
       CASE WHEN sum(CASE WHEN age <= 14 THEN plays ELSE 0 END) > 0
            THEN CAST(sum(CASE WHEN age <= 7 THEN plays ELSE 0 END) AS DOUBLE)
                 / CAST(sum(CASE WHEN age <= 14 THEN plays ELSE 0 END) AS DOUBLE) END AS trend_plays,
       CASE WHEN sum(CASE WHEN age <= 14 THEN sessions ELSE 0 END) > 0
            THEN CAST(sum(CASE WHEN age <= 7 THEN sessions ELSE 0 END) AS DOUBLE)
                 / CAST(sum(CASE WHEN age <= 14 THEN sessions ELSE 0 END) AS DOUBLE) END AS trend_sessions,
       CASE WHEN sum(CASE WHEN age <= 14 THEN adverts ELSE 0 END) > 0
            THEN CAST(sum(CASE WHEN age <= 7 THEN adverts ELSE 0 END) AS DOUBLE)
                 / CAST(sum(CASE WHEN age <= 14 THEN adverts ELSE 0 END) AS DOUBLE) END AS trend_adverts,
       max(plays) AS busiest_day_30, count(CASE WHEN errors > 0 THEN 1 END) AS days_with_errors_30
FROM (
  SELECT user_id, cut_off, age, plays, sessions, adverts, errors,
         lead(age) OVER (PARTITION BY user_id, cut_off ORDER BY age DESC) AS next_age
  FROM history
) AS days
GROUP BY user_id, cut_off

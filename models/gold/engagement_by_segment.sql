-- engagement_by_segment: active customers in the window by country, platform and device.
-- grain: one row per dimension and segment
-- unique: dimension, segment
-- refresh: whole
-- Engaged and paid are those of the customer, over all segments. A customer with several platforms
-- counts in each: over platforms and devices nothing but sessions adds up.
-- columns:
--   dimension VARCHAR: country, platform or device
--   segment VARCHAR: its value; unknown where the source has none
--   listeners BIGINT: active customers; not additive
--   sessions BIGINT: in the window; where only events tell the platform, the sessions that have events
--   engaged_listeners BIGINT: of these listeners; not additive
--   paid_listeners BIGINT: of these listeners; not additive
--   engaged_percent DOUBLE: engaged_listeners / listeners
--   paid_percent DOUBLE: paid_listeners / listeners
SELECT dimension, segment, listeners, sessions, engaged_listeners, paid_listeners,
       half_up_percent(engaged_listeners, listeners) AS engaged_percent,
       half_up_percent(paid_listeners, listeners) AS paid_percent
FROM (
  SELECT traits.dimension, traits.segment, CAST(count(*) AS BIGINT) AS listeners,
         CAST(sum(traits.sessions) AS BIGINT) AS sessions,
         CAST(count(CASE WHEN is_engaged THEN 1 END) AS BIGINT) AS engaged_listeners,
         CAST(count(CASE WHEN is_paid THEN 1 END) AS BIGINT) AS paid_listeners
  FROM customer_traits AS traits
  JOIN customer_engagement ON customer_engagement.customer_id = traits.customer_id
  WHERE is_active
  GROUP BY traits.dimension, traits.segment
) AS counts

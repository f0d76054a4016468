-- listeners_by_device: Active listeners by device
-- unit: listeners
-- tells: A listener on several counts in each; so these do not add up. A click filters by the device.
-- page: where
-- place: 40
-- size: half
-- chart: bars
-- draw: x=device y=listeners
-- click: device
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   device VARCHAR: of the sessions; unknown where the source has none
--   listeners BIGINT: active; not additive
--   sessions BIGINT: in the window
--   engaged_percent DOUBLE: of these listeners
--   paid_percent DOUBLE: of these listeners
SELECT device, listeners, sessions, half_up_percent(engaged, listeners) AS engaged_percent, half_up_percent(paid, listeners) AS paid_percent
FROM (
  SELECT device, count(DISTINCT customer_id) AS listeners, CAST(sum(sessions) AS BIGINT) AS sessions,
         count(DISTINCT CASE WHEN is_engaged THEN customer_id END) AS engaged,
         count(DISTINCT CASE WHEN is_paid THEN customer_id END) AS paid
  FROM filtered_sessions
  GROUP BY device
) AS counted
ORDER BY listeners DESC, device

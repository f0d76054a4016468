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
SELECT segment AS device, listeners, sessions, engaged_percent, paid_percent
FROM filtered_devices
ORDER BY listeners DESC, segment

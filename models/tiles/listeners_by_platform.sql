-- listeners_by_platform: Active listeners by platform
-- unit: listeners
-- tells: A listener on several counts in each; so these do not add up. A click filters by the platform.
-- page: where
-- place: 30
-- size: half
-- chart: bars
-- draw: x=platform y=listeners
-- click: platform
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   platform VARCHAR: of the sessions; unknown where the source has none
--   listeners BIGINT: active; not additive
--   sessions BIGINT: in the window
--   engaged_percent DOUBLE: of these listeners
--   paid_percent DOUBLE: of these listeners
SELECT segment AS platform, listeners, sessions, engaged_percent, paid_percent
FROM filtered_platforms
ORDER BY listeners DESC, segment

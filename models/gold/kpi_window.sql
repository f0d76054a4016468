-- kpi_window: the analysis window and what counts as engaged in it, so that other windows can be told by the same rules.
-- grain: one row
-- refresh: whole
-- columns:
--   window_start DATE: first day, inclusive
--   window_end DATE: last day, inclusive
--   window_days BIGINT: from the first to the last
--   engaged_sessions BIGINT: sessions in the window that make an engaged user; other windows in proportion
SELECT window_start, window_end, window_days, engaged_sessions FROM kpi_settings

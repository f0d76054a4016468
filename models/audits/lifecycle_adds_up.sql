-- lifecycle_adds_up: listeners are new, returning or resurrecting; those of the period before are returning or dormant.
-- table: lifecycle
SELECT period, period_start FROM lifecycle
WHERE listeners <> new_listeners + returning_listeners + resurrecting_listeners
   OR listeners_before <> returning_listeners + dormant_listeners
   OR new_listeners < 0 OR returning_listeners < 0 OR resurrecting_listeners < 0 OR dormant_listeners < 0

-- retention_in_range: who came back is of the cohort; the first day has all of it.
-- table: retention
SELECT cohort_date, day_number, cohort_size, retained, returned_within FROM retention
WHERE retained > cohort_size OR returned_within > cohort_size OR (day_number = 0 AND retained <> cohort_size)
   OR (day_number > 0 AND returned_within < retained)

-- retention_cohorts: Retention by cohort
-- unit: %
-- tells: Of those whose first session was in a period, the share that came on the Nth day after it.
-- page: listeners
-- place: 10
-- size: full
-- chart: heatmap
-- draw: x=day_number series=cohort y=retained_percent complete=is_complete from=0 to=100
-- makes: cadenza kpi --source engagement --lake {lake}
-- report: yes
-- columns:
--   cohort DATE: first day of the period of the first sessions
--   day_number BIGINT: days after the first session
--   retained_percent DOUBLE: retained / cohort_size, in percent
--   retained BIGINT: customers with a session on that day
--   cohort_size BIGINT: customers of the cohort
--   is_complete BOOLEAN: the data cover that day for the whole cohort
SELECT CAST(date_trunc(request.grain, cohort_date) AS DATE) AS cohort, day_number,
       round(100.0 * sum(retained) / nullif(sum(cohort_size), 0), 2) AS retained_percent,
       CAST(sum(retained) AS BIGINT) AS retained, CAST(sum(cohort_size) AS BIGINT) AS cohort_size,
       bool_and(is_complete) AS is_complete
FROM filtered_retention
CROSS JOIN request
WHERE cohort_date BETWEEN request.from_day AND request.to_day
GROUP BY 1, 2
ORDER BY 1, 2

-- kpi_summary_in_range: a KPI is a share: its numerator lies between 0 and its denominator, its value is theirs.
-- table: kpi_summary
SELECT metric, value, numerator, denominator FROM kpi_summary
WHERE numerator IS NULL OR denominator IS NULL OR numerator < 0 OR numerator > denominator
   OR (value IS NULL) <> (denominator = 0) OR abs(value * denominator - 100.0 * numerator) > 0.00501 * denominator

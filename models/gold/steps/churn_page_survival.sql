-- churn_page_survival: how many stay, by tenths of the risk, as it was foretold and as it was observed.
-- grain: one row per tenth shown (the first, third and last), days and kind of line
-- kind: view
-- columns: days, share_who_stay, line
SELECT days, share_who_stay, line
FROM (
  SELECT horizon_days AS days, 1 - foretold AS share_who_stay, tenth, 1 AS place,
         concat('tenth ', CAST(tenth AS VARCHAR), ', foretold') AS line
  FROM churn_calibration WHERE model = 'hazard' AND outcome = 'cancel' AND tenth IN (1, 3, 10)
  UNION ALL
  SELECT horizon_days, 1 - happened, tenth, 2, concat('tenth ', CAST(tenth AS VARCHAR), ', observed')
  FROM churn_calibration WHERE model = 'hazard' AND outcome = 'cancel' AND tenth IN (1, 3, 10)
  UNION ALL
  SELECT DISTINCT 0, 1.0, tenth, 1, concat('tenth ', CAST(tenth AS VARCHAR), ', foretold')
  FROM churn_calibration WHERE model = 'hazard' AND outcome = 'cancel' AND tenth IN (1, 3, 10)
  UNION ALL
  SELECT DISTINCT 0, 1.0, tenth, 2, concat('tenth ', CAST(tenth AS VARCHAR), ', observed')
  FROM churn_calibration WHERE model = 'hazard' AND outcome = 'cancel' AND tenth IN (1, 3, 10)
) AS points
ORDER BY tenth, place, days

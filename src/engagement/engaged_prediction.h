#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "learn/metrics.h"
#include "warehouse/model_refresh.h"

namespace cadenza::engagement {

/// A rule or model as it does on the customers held out.
struct ModelMeasures {
  std::string model;
  std::string knows;  ///< the days that it sees
  double threshold = 0;
  int64_t train_customers = 0, test_customers = 0;
  learn::Confusion confusion;
  double roc_auc = 0, average_precision = 0;
  bool is_probability = false;
  double brier_score = 0, log_loss = 0;
  std::vector<learn::PrPoint> pr_curve;
  std::vector<learn::CalibrationBin> calibration;
};

struct EngagedPrediction {
  std::vector<ModelMeasures> models;  ///< empty: nothing was predicted
  std::string why_not;                ///< then
};

/// Learns who becomes engaged from the first days of the window, measures it against the threshold
/// rules, and stages engaged_models, engaged_pr_curve, engaged_calibration and engaged_scores.
/// Where the data are too few or too short nothing is staged and `why_not` says so.
Result<EngagedPrediction> PredictEngaged(engine::Engine* engine, warehouse::ModelRefresh* gold);

}  // namespace cadenza::engagement

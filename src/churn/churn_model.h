#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/evaluation.h"
#include "churn/hazard.h"
#include "churn/settings_search.h"
#include "lake/lake.h"

namespace cadenza::churn {

/// What a model was made of.
struct ModelOrigin {
  int seed = 1;
  int days_max = 30;
  std::string known_until;            ///< the day from which on nothing was known
  std::vector<std::string> cut_offs;  ///< that it learned from
  bool leaves_out_late = false;       ///< its features do (--as-known)
  std::string feature_hash;           ///< of the SQL of its features
  std::map<std::string, int64_t> table_versions;
  int64_t snapshots = 0;
};

/// The model that scores: a booster for each outcome, and how to make their probabilities fit.
struct ChurnModel {
  ModelOrigin origin;
  std::vector<std::string> features;
  HazardModel cancel;
  std::optional<HazardModel> downgrade;  ///< where enough did
  std::map<Outcome, learn::Calibrator> calibrators;
  SettingsSearch settings;  ///< of the trees; not read from JSON

  double Calibrated(Outcome outcome, double probability) const;
  /// A JSON object, with the boosters in XGBoost's own form below "boosters".
  Result<std::string> ToJson() const;
  static Result<ChurnModel> FromJson(std::string_view json, const std::string& name);
};

/// Learns from all rows, with settings that it searches among all: what each fold of the test found
/// is known to that fold alone.
Result<ChurnModel> FitModel(const Snapshots& data, const ModelOrigin& origin,
                            const Evaluation& evaluation, const EvaluationOptions& options);

/// Keeps a model as _cadenza/models/churn-<sha256>.json of the lake. The hash.
Result<std::string> SaveModel(lake::Lake* lake, const ChurnModel& model);
/// kNotFound when it is not there, kInput when it is not what its name says.
Result<ChurnModel> LoadModel(lake::Lake* lake, const std::string& hash);

}  // namespace cadenza::churn

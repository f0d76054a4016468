#include "learn/gradient_boosting.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "learn/metrics.h"

namespace cadenza::learn {
namespace {

using Parameters = std::vector<std::pair<const char*, std::string>>;

Status Checked(int code) {
  if (code == 0) return {};
  return MakeError(ErrorKind::kInternal, "gradient boosting failed: {}", XGBGetLastError());
}

Result<std::shared_ptr<void>> MatrixOf(const Dataset& data, bool with_labels) {
  DMatrixHandle handle = nullptr;
  CADENZA_TRY(
      Checked(XGDMatrixCreateFromMat_omp(data.values.data(), data.rows(), data.features.size(),
                                         std::numeric_limits<float>::quiet_NaN(), &handle,
                                         /*nthread=*/1)));
  std::shared_ptr<void> matrix(handle, [](void* m) { XGDMatrixFree(m); });
  if (!with_labels || data.labels.empty()) return matrix;
  const std::vector<float> labels(data.labels.begin(), data.labels.end());
  CADENZA_TRY(Checked(XGDMatrixSetFloatInfo(handle, "label", labels.data(), labels.size())));
  return matrix;
}

Result<std::shared_ptr<void>> NewBooster(std::vector<DMatrixHandle> known) {
  BoosterHandle handle = nullptr;
  CADENZA_TRY(Checked(XGBoosterCreate(known.data(), known.size(), &handle)));
  return std::shared_ptr<void>(handle, [](void* booster) { XGBoosterFree(booster); });
}

Status Set(void* booster, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) {
    CADENZA_TRY(Checked(XGBoosterSetParam(booster, name, value.c_str())));
  }
  return {};
}

Status SetOptions(void* booster, const GradientBoostingOptions& options) {
  return Set(booster, {{"objective", "binary:logistic"},
                       {"tree_method", "hist"},
                       {"nthread", "1"},
                       {"verbosity", "0"},
                       {"seed", std::to_string(options.seed)},
                       {"max_depth", std::to_string(options.depth)},
                       {"eta", std::to_string(options.learning_rate)},
                       {"subsample", std::to_string(options.rows_share)},
                       {"colsample_bytree", std::to_string(options.features_share)},
                       {"max_bin", std::to_string(options.bins)},
                       {"min_child_weight", std::to_string(options.least_weight)}});
}

/// By the first rounds; 0 takes all and uses what the booster has cached for the matrix.
Result<std::vector<double>> ScoresOf(void* booster, void* matrix, int rounds) {
  bst_ulong size = 0;
  const float* scores = nullptr;
  CADENZA_TRY(Checked(
      XGBoosterPredict(booster, matrix, 0, static_cast<unsigned>(rounds), 0, &size, &scores)));
  return std::vector<double>(scores, scores + size);
}

/// The share of yes; kInput when the labels are all the same.
Result<double> YesShare(const Dataset& train) {
  const auto yes = std::ranges::count(train.labels, uint8_t{1});
  if (yes == 0 || static_cast<size_t>(yes) == train.rows()) {
    return MakeError(ErrorKind::kInput, "all {} rows to learn from have the same label",
                     train.rows());
  }
  return static_cast<double>(yes) / static_cast<double>(train.rows());
}

Status NameFeatures(void* booster, const Dataset& data) {
  std::vector<const char*> names;
  for (const std::string& name : data.features) names.push_back(name.c_str());
  return Checked(XGBoosterSetStrFeatureInfo(booster, "feature_name", names.data(), names.size()));
}

/// Rounds until the options or the user end them.
Status Boost(void* booster, void* matrix, int rounds, const std::function<bool()>& is_stopped) {
  for (int round = 0; round < rounds; ++round) {
    if (is_stopped && is_stopped()) return MakeError(ErrorKind::kInterrupted, "interrupted");
    CADENZA_TRY(Checked(XGBoosterUpdateOneIter(booster, round, matrix)));
  }
  return {};
}

}  // namespace

Result<GradientBoosting> GradientBoosting::Fit(const Dataset& train, const Dataset& validate,
                                               const GradientBoostingOptions& options) {
  CADENZA_TRY(YesShare(train));
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(train, true));
  CADENZA_ASSIGN(const std::shared_ptr<void> check, MatrixOf(validate, true));
  GradientBoosting model;
  CADENZA_ASSIGN(model.booster_, NewBooster({matrix.get(), check.get()}));
  BoosterHandle handle = model.booster_.get();
  CADENZA_TRY(SetOptions(handle, options));
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < options.rounds_max; ++round) {
    CADENZA_TRY(Checked(XGBoosterUpdateOneIter(handle, round, matrix.get())));
    CADENZA_ASSIGN(const std::vector<double> scores, ScoresOf(handle, check.get(), 0));
    const double loss = LogLoss(scores, validate.labels);
    if (loss < best) {
      best = loss;
      model.rounds_ = round + 1;
    }
    if (round + 1 - model.rounds_ >= options.patience) break;
  }
  return model;
}

Result<GradientBoosting> GradientBoosting::FitAll(const Dataset& train,
                                                  const GradientBoostingOptions& options) {
  CADENZA_ASSIGN(const double share, YesShare(train));
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(train, true));
  GradientBoosting model;
  CADENZA_ASSIGN(model.booster_, NewBooster({matrix.get()}));
  CADENZA_TRY(SetOptions(model.booster_.get(), options));
  CADENZA_TRY(Set(model.booster_.get(), {{"base_score", fmt::format("{:.9g}", share)}}));
  CADENZA_TRY(NameFeatures(model.booster_.get(), train));
  CADENZA_TRY(Boost(model.booster_.get(), matrix.get(), options.rounds_max, options.is_stopped));
  model.rounds_ = options.rounds_max;
  return model;
}

Result<GradientBoosting> GradientBoosting::FitForest(const Dataset& train, int trees,
                                                     const GradientBoostingOptions& options) {
  CADENZA_ASSIGN(const double share, YesShare(train));
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(train, true));
  GradientBoosting model;
  CADENZA_ASSIGN(model.booster_, NewBooster({matrix.get()}));
  CADENZA_TRY(SetOptions(model.booster_.get(), options));
  CADENZA_TRY(Set(model.booster_.get(), {{"base_score", fmt::format("{:.9g}", share)},
                                         {"num_parallel_tree", std::to_string(trees)},
                                         {"colsample_bynode", "0.3"},
                                         {"eta", "1"}}));
  CADENZA_TRY(Boost(model.booster_.get(), matrix.get(), 1, options.is_stopped));
  model.rounds_ = 1;
  return model;
}

Result<std::string> GradientBoosting::ToJson() const {
  bst_ulong size = 0;
  const char* bytes = nullptr;
  CADENZA_TRY(
      Checked(XGBoosterSaveModelToBuffer(booster_.get(), R"({"format":"json"})", &size, &bytes)));
  return std::string(bytes, size);
}

Result<GradientBoosting> GradientBoosting::FromJson(std::string_view json) {
  GradientBoosting model;
  CADENZA_ASSIGN(model.booster_, NewBooster({}));
  if (XGBoosterLoadModelFromBuffer(model.booster_.get(), json.data(), json.size()) != 0) {
    return MakeError(ErrorKind::kInput, "this is no model of gradient boosting: {}",
                     XGBGetLastError());
  }
  CADENZA_TRY(Set(model.booster_.get(), {{"nthread", "1"}, {"verbosity", "0"}}));
  CADENZA_TRY(Checked(XGBoosterBoostedRounds(model.booster_.get(), &model.rounds_)));
  return model;
}

Result<std::vector<double>> GradientBoosting::Predict(const Dataset& data) const {
  if (data.rows() == 0) return std::vector<double>();
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(data, false));
  return ScoresOf(booster_.get(), matrix.get(), rounds_);
}

Result<std::vector<float>> GradientBoosting::Contributions(const Dataset& data) const {
  if (data.rows() == 0) return std::vector<float>();
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(data, false));
  constexpr int kContributions = 4;  // a bit of the option mask
  bst_ulong size = 0;
  const float* values = nullptr;
  CADENZA_TRY(Checked(XGBoosterPredict(booster_.get(), matrix.get(), kContributions,
                                       static_cast<unsigned>(rounds_), 0, &size, &values)));
  return std::vector<float>(values, values + size);
}

}  // namespace cadenza::learn

#include "learn/gradient_boosting.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <limits>
#include <string>

#include "learn/metrics.h"

namespace cadenza::learn {
namespace {

Status Checked(int code) {
  if (code == 0) return {};
  return MakeError(ErrorKind::kInternal, "gradient boosting failed: {}", XGBGetLastError());
}

Result<std::shared_ptr<void>> MatrixOf(const Dataset& data) {
  const std::vector<float> values(data.values.begin(), data.values.end());
  DMatrixHandle handle = nullptr;
  CADENZA_TRY(Checked(XGDMatrixCreateFromMat(values.data(), data.rows(), data.features.size(),
                                             std::numeric_limits<float>::quiet_NaN(), &handle)));
  std::shared_ptr<void> matrix(handle, [](void* m) { XGDMatrixFree(m); });
  if (data.labels.empty()) return matrix;
  const std::vector<float> labels(data.labels.begin(), data.labels.end());
  CADENZA_TRY(Checked(XGDMatrixSetFloatInfo(handle, "label", labels.data(), labels.size())));
  return matrix;
}

/// By the first rounds; 0 takes all and uses what the booster has cached for the matrix.
Result<std::vector<double>> ScoresOf(void* booster, void* matrix, int rounds) {
  bst_ulong size = 0;
  const float* scores = nullptr;
  CADENZA_TRY(Checked(
      XGBoosterPredict(booster, matrix, 0, static_cast<unsigned>(rounds), 0, &size, &scores)));
  return std::vector<double>(scores, scores + size);
}

}  // namespace

Result<GradientBoosting> GradientBoosting::Fit(const Dataset& train, const Dataset& validate,
                                               const GradientBoostingOptions& options) {
  const auto yes = std::ranges::count(train.labels, uint8_t{1});
  if (yes == 0 || static_cast<size_t>(yes) == train.rows()) {
    return MakeError(ErrorKind::kInput, "all {} rows to learn from have the same label",
                     train.rows());
  }
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(train));
  CADENZA_ASSIGN(const std::shared_ptr<void> check, MatrixOf(validate));
  DMatrixHandle known[] = {matrix.get(), check.get()};
  BoosterHandle handle = nullptr;
  CADENZA_TRY(Checked(XGBoosterCreate(known, 2, &handle)));
  GradientBoosting model;
  model.booster_ = std::shared_ptr<void>(handle, [](void* booster) { XGBoosterFree(booster); });
  const std::vector<std::pair<const char*, std::string>> parameters = {
      {"objective", "binary:logistic"},
      {"tree_method", "hist"},
      {"nthread", "1"},
      {"verbosity", "0"},
      {"seed", std::to_string(options.seed)},
      {"max_depth", std::to_string(options.depth)},
      {"eta", std::to_string(options.learning_rate)},
      {"subsample", std::to_string(options.rows_share)},
  };
  for (const auto& [name, value] : parameters) {
    CADENZA_TRY(Checked(XGBoosterSetParam(handle, name, value.c_str())));
  }
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

Result<std::vector<double>> GradientBoosting::Predict(const Dataset& data) const {
  Dataset unlabelled = data;
  unlabelled.labels.clear();
  CADENZA_ASSIGN(const std::shared_ptr<void> matrix, MatrixOf(unlabelled));
  return ScoresOf(booster_.get(), matrix.get(), rounds_);
}

}  // namespace cadenza::learn

#include "churn/rival.h"

#include <algorithm>
#include <cmath>

#include "learn/gradient_boosting.h"
#include "learn/logistic_regression.h"

namespace cadenza::churn {
namespace {

constexpr const char* kEventsSoFar = "events_all";
constexpr int kTrees = 80;

/// log(1 + x), with the sign of x: counts have long tails, which pull a line.
float Squeezed(float value) { return std::copysign(std::log1p(std::abs(value)), value); }

/// The rows with these columns; empty: all.
learn::Dataset RowsOf(const Snapshots& data, std::span<const size_t> rows,
                      const std::vector<size_t>& columns, bool is_squeezed) {
  learn::Dataset set;
  for (const size_t c : columns) set.features.push_back(data.features[c]);
  set.values.reserve(rows.size() * columns.size());
  for (const size_t row : rows) {
    for (const size_t c : columns) {
      const float value = data.Values(row)[c];
      set.values.push_back(is_squeezed ? Squeezed(value) : value);
    }
  }
  return set;
}

Result<std::vector<double>> ByLine(const learn::Dataset& known, const learn::Dataset& asked) {
  learn::LogisticRegressionOptions options;
  options.iterations_max = 15;
  options.tolerance = 1e-6;
  CADENZA_ASSIGN(const learn::LogisticRegression model,
                 learn::LogisticRegression::Fit(known, options));
  return model.Predict(asked);
}

}  // namespace

const char* RivalName(Rival rival) {
  switch (rival) {
    case Rival::kBoosting:
      return "boosting";
    case Rival::kForest:
      return "random_forest";
    case Rival::kLogistic:
      return "logistic_regression";
    case Rival::kEventsSoFar:
      return "events_so_far";
  }
  return "";
}

Result<std::vector<double>> PredictBy(Rival rival, const Snapshots& data,
                                      std::span<const size_t> train,
                                      std::span<const uint8_t> labels, std::span<const size_t> test,
                                      const RivalOptions& options) {
  std::vector<size_t> columns;
  for (size_t c = 0; c < data.features.size(); ++c) {
    if (rival != Rival::kEventsSoFar || data.features[c] == kEventsSoFar) columns.push_back(c);
  }
  if (columns.empty()) return MakeError(ErrorKind::kInput, "no column {}", kEventsSoFar);
  const bool is_line = rival == Rival::kLogistic || rival == Rival::kEventsSoFar;
  learn::Dataset known = RowsOf(data, train, columns, is_line);
  known.labels.assign(labels.begin(), labels.end());
  const learn::Dataset asked = RowsOf(data, test, columns, is_line);
  if (is_line) return ByLine(known, asked);
  learn::GradientBoostingOptions boosting;
  boosting.seed = options.seed;
  boosting.bins = 64;
  boosting.is_stopped = options.is_stopped;
  if (rival == Rival::kForest) {
    boosting.depth = 8;
    boosting.rows_share = 0.63;
    boosting.least_weight = 5;
    CADENZA_ASSIGN(const auto forest, learn::GradientBoosting::FitForest(known, kTrees, boosting));
    return forest.Predict(asked);
  }
  boosting.rounds_max = 100;
  boosting.depth = 3;
  boosting.learning_rate = 0.06;
  boosting.features_share = 0.5;
  boosting.least_weight = 10;
  CADENZA_ASSIGN(const auto boosted, learn::GradientBoosting::FitAll(known, boosting));
  return boosted.Predict(asked);
}

}  // namespace cadenza::churn

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/hazard.h"
#include "churn/offer.h"
#include "learn/resampling.h"

namespace cadenza::churn {

struct EvaluationOptions {
  std::vector<int> horizons = {5, 10, 30};
  int seed = 1;
  int folds = 5;
  int repetitions = 200;  ///< of drawing listeners again
  size_t threads = 2;
  OfferTerms terms;
  bool with_rivals = true;  ///< the other models, to compare
  int search = 0;           ///< settings of the trees that are tried besides the usual ones
  std::function<bool()> is_stopped = {};
  std::function<void(size_t done, size_t all)> on_fit = {};

  /// The one that ranks listeners and for which models are compared.
  int main_horizon() const { return horizons[horizons.size() / 2]; }
};

inline constexpr const char* kHazardModel = "hazard";

/// What a model said of rows of others than it learned from, and what happened.
struct TestedModel {
  std::string model;
  Outcome outcome = Outcome::kCancel;
  int horizon = 0;
  std::vector<size_t> rows;  ///< of the snapshots
  std::vector<int> folds;
  std::vector<double> probabilities;
  std::vector<uint8_t> happened;
  std::vector<uint8_t> predicted;  ///< by a threshold that other folds picked
  learn::MeasuredIntervals measures;
  int64_t positives = 0;
  int64_t train_rows = 0;  ///< snapshots known at the first test cut-off
};

struct Evaluation {
  std::vector<TestedModel> models;
  std::map<Outcome, learn::Calibrator> calibrators;  ///< where that helps
  std::vector<std::string> notes;                    ///< horizons that were left out, and why

  const TestedModel* Find(const std::string& model, Outcome outcome, int horizon) const;
};

/// Tests models in folds of listeners, forward in time: for each horizon the last two cut-offs of
/// which it is complete, by models that learned from other listeners what was known at the first of
/// them.
Result<Evaluation> Evaluate(const Snapshots& data, const EvaluationOptions& options);

/// Judges probabilities of the rows that a tested model has, as that one was.
void Judge(const Snapshots& data, const EvaluationOptions& options, TestedModel* tested);

}  // namespace cadenza::churn

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "learn/dataset.h"

namespace cadenza::learn {

struct GradientBoostingOptions {
  int rounds_max = 300;
  int patience = 20;  ///< rounds without a better log loss of the validation data end the fit
  int depth = 4;
  double learning_rate = 0.1;
  double rows_share = 0.8;    ///< of the rows, drawn for each tree
  double features_share = 1;  ///< of the features, drawn for each tree
  int bins = 256;             ///< of a feature's values, between which a split may be
  double least_weight = 1;    ///< of a leaf: its rows, each by p(1-p)
  int seed = 1;
  /// Asked between rounds; true ends the fit with kInterrupted. May be empty.
  std::function<bool()> is_stopped = {};
};

/// Boosted trees for a yes or no (XGBoost). An unknown value takes the side of a split that suits
/// the training data. One thread, so that the same data give the same trees on every machine.
class GradientBoosting {
 public:
  /// `validate` decides how many rounds there are. kInput when the labels are all the same.
  static Result<GradientBoosting> Fit(const Dataset& train, const Dataset& validate,
                                      const GradientBoostingOptions& options = {});
  /// As many rounds as the options allow, beginning at the share of yes.
  static Result<GradientBoosting> FitAll(const Dataset& train,
                                         const GradientBoostingOptions& options);
  /// One round of as many trees side by side, each of a part of the features at every split.
  static Result<GradientBoosting> FitForest(const Dataset& train, int trees,
                                            const GradientBoostingOptions& options);
  /// XGBoost's own form of a model in JSON, as its other libraries read it.
  Result<std::string> ToJson() const;
  static Result<GradientBoosting> FromJson(std::string_view json);

  /// Probabilities of yes, row by row.
  Result<std::vector<double>> Predict(const Dataset& data) const;
  /// What each feature adds to the log odds, row by row, and last in each row what all rows begin
  /// with: they sum to the log odds of Predict.
  Result<std::vector<float>> Contributions(const Dataset& data) const;
  int rounds() const { return rounds_; }

 private:
  std::shared_ptr<void> booster_;
  int rounds_ = 0;
};

}  // namespace cadenza::learn

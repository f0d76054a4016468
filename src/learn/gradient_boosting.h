#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "learn/dataset.h"

namespace cadenza::learn {

struct GradientBoostingOptions {
  int rounds_max = 300;
  int patience = 20;  ///< rounds without a better log loss of the validation data end the fit
  int depth = 4;
  double learning_rate = 0.1;
  double rows_share = 0.8;  ///< of the rows, drawn for each tree
  int seed = 1;
};

/// Boosted trees for a yes or no (XGBoost). An unknown value takes the side of a split that suits
/// the training data. One thread, so that the same data give the same trees on every machine.
class GradientBoosting {
 public:
  /// `validate` decides how many rounds there are. kInput when the labels are all the same.
  static Result<GradientBoosting> Fit(const Dataset& train, const Dataset& validate,
                                      const GradientBoostingOptions& options = {});
  /// Probabilities of yes, row by row.
  Result<std::vector<double>> Predict(const Dataset& data) const;
  int rounds() const { return rounds_; }

 private:
  std::shared_ptr<void> booster_;
  int rounds_ = 0;
};

}  // namespace cadenza::learn

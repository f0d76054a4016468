#pragma once

#include <vector>

#include "base/result.h"
#include "learn/dataset.h"

namespace cadenza::learn {

struct LogisticRegressionOptions {
  double penalty = 1.0;  ///< of the squared weights of standardised features, L2
  int iterations_max = 50;
  double tolerance = 1e-9;  ///< of the greatest change of a weight
};

/// Logistic regression with an intercept, by Newton's steps. Features are standardised; an unknown
/// value counts as the mean of those known. The same data give the same weights.
class LogisticRegression {
 public:
  /// kInput when the labels are all the same.
  static Result<LogisticRegression> Fit(const Dataset& data,
                                        const LogisticRegressionOptions& options = {});
  /// Probabilities of yes, row by row.
  std::vector<double> Predict(const Dataset& data) const;

  /// Of the standardised features, in their order.
  const std::vector<double>& weights() const { return weights_; }
  double intercept() const { return intercept_; }

 private:
  double Standardised(double value, size_t feature) const;

  std::vector<double> means_, deviations_, weights_;
  double intercept_ = 0;
};

}  // namespace cadenza::learn

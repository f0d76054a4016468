#include "learn/logistic_regression.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace cadenza::learn {
namespace {

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

double LogisticRegression::Standardised(double value, size_t feature) const {
  return std::isnan(value) ? 0 : (value - means_[feature]) / deviations_[feature];
}

Result<LogisticRegression> LogisticRegression::Fit(const Dataset& data,
                                                   const LogisticRegressionOptions& options) {
  const size_t columns = data.features.size();
  const size_t rows = data.rows();
  const auto yes = std::ranges::count(data.labels, uint8_t{1});
  if (yes == 0 || static_cast<size_t>(yes) == rows) {
    return MakeError(ErrorKind::kInput, "all {} rows to learn from have the same label", rows);
  }
  LogisticRegression model;
  model.means_.assign(columns, 0);
  model.deviations_.assign(columns, 1);
  for (size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0, known = 0;
    for (size_t r = 0; r < rows; ++r) {
      const auto value = static_cast<double>(data.Row(r)[c]);
      if (std::isnan(value)) continue;
      sum += value;
      squares += value * value;
      ++known;
    }
    if (known == 0) continue;
    model.means_[c] = sum / known;
    const double variance = squares / known - model.means_[c] * model.means_[c];
    if (variance > 1e-12) model.deviations_[c] = std::sqrt(variance);
  }
  const auto n = static_cast<Eigen::Index>(rows);
  const auto width = static_cast<Eigen::Index>(columns) + 1;  // the intercept is the last
  Eigen::MatrixXd x(n, width);
  Eigen::VectorXd y(n);
  for (size_t r = 0; r < rows; ++r) {
    const auto row = static_cast<Eigen::Index>(r);
    for (size_t c = 0; c < columns; ++c) {
      x(row, static_cast<Eigen::Index>(c)) =
          model.Standardised(static_cast<double>(data.Row(r)[c]), c);
    }
    x(row, width - 1) = 1;
    y(row) = data.labels[r];
  }
  Eigen::VectorXd penalty = Eigen::VectorXd::Constant(width, options.penalty);
  penalty(width - 1) = 0;
  Eigen::VectorXd w = Eigen::VectorXd::Zero(width);
  for (int iteration = 0; iteration < options.iterations_max; ++iteration) {
    const Eigen::VectorXd p = (x * w).unaryExpr(&Sigmoid);
    const Eigen::VectorXd gradient = x.transpose() * (p - y) + penalty.cwiseProduct(w);
    const Eigen::VectorXd spread = (p.array() * (1 - p.array())).max(1e-10);
    Eigen::MatrixXd hessian = x.transpose() * spread.asDiagonal() * x;
    hessian.diagonal() += penalty + Eigen::VectorXd::Constant(width, 1e-9);
    const Eigen::VectorXd step = hessian.ldlt().solve(gradient);
    w -= step;
    if (step.cwiseAbs().maxCoeff() < options.tolerance) break;
  }
  model.weights_.assign(w.data(), w.data() + columns);
  model.intercept_ = w(width - 1);
  return model;
}

std::vector<double> LogisticRegression::Predict(const Dataset& data) const {
  std::vector<double> scores(data.rows());
  for (size_t r = 0; r < scores.size(); ++r) {
    const auto row = data.Row(r);
    double sum = intercept_;
    for (size_t c = 0; c < row.size(); ++c)
      sum += weights_[c] * Standardised(static_cast<double>(row[c]), c);
    scores[r] = Sigmoid(sum);
  }
  return scores;
}

}  // namespace cadenza::learn

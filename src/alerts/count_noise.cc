#include "alerts/count_noise.h"

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/SpecialFunctions>

namespace cadenza::alerts {
namespace {

constexpr double kMeanMin = 1e-6;

}  // namespace

CountNoise::CountNoise(double mean, double variance)
    : mean_(std::max(mean, kMeanMin)), variance_(std::max(variance, mean_)) {
  // Nearly Poisson: r would be so large that the incomplete beta function loses its digits.
  if (variance_ < mean_ * (1 + 1e-6)) variance_ = mean_;
}

double CountNoise::AtMost(int64_t count) const {
  if (count < 0) return 0;
  const auto next = static_cast<double>(count) + 1;
  if (is_poisson()) return Eigen::numext::igammac(next, mean_);
  const double p = mean_ / variance_;
  return Eigen::numext::betainc(mean_ * p / (1 - p), next, p);
}

double CountNoise::AtLeast(int64_t count) const {
  if (count <= 0) return 1;
  const auto least = static_cast<double>(count);
  if (is_poisson()) return Eigen::numext::igamma(least, mean_);
  const double p = mean_ / variance_;
  return Eigen::numext::betainc(least, mean_ * p / (1 - p), 1 - p);
}

int64_t CountNoise::SpikeFrom(double chance) const {
  int64_t below = 0;
  int64_t step = static_cast<int64_t>(mean_ + 8 * std::sqrt(variance_)) + 1;
  while (AtLeast(below + step) >= chance) below += step;
  int64_t from = below + step;
  while (from - below > 1) {
    const int64_t middle = below + (from - below) / 2;
    (AtLeast(middle) < chance ? from : below) = middle;
  }
  return from;
}

int64_t CountNoise::DropUntil(double chance) const {
  int64_t until = -1;
  int64_t above = static_cast<int64_t>(mean_) + 1;
  while (above - until > 1) {
    const int64_t middle = until + (above - until) / 2;
    (AtMost(middle) < chance ? until : above) = middle;
  }
  return until;
}

}  // namespace cadenza::alerts

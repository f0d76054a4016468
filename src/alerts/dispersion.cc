#include <algorithm>
#include <cmath>

#include "alerts/seasonal_baseline.h"

namespace cadenza::alerts {
namespace {

constexpr double kMedianOfChiSquare = 0.4549;  // one degree of freedom
constexpr double kCutDeviations = 3;
constexpr double kMeanAfterCut = 0.995;  // of a squared normal deviate cut there

/// Where a normal approximation is good enough to count what lies beyond its bounds.
constexpr double kCountsEnough = 5;

std::vector<double> CutSquares(std::span<const CountPair> pairs) {
  std::vector<double> squares;
  squares.reserve(pairs.size());
  for (const CountPair& pair : pairs) {
    const double off = pair.count - pair.expected;
    squares.push_back(off * off / pair.expected);
  }
  std::vector<double> sorted = squares;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  const double cut = kCutDeviations * kCutDeviations * std::max(1.0, *middle / kMedianOfChiSquare);
  for (double& square : squares) square = std::min(square, cut) / kMeanAfterCut;
  return squares;
}

/// Least squares of square = linear + square_factor * mean, with linear >= 1 and the factor >= 0.
Dispersion Regress(std::span<const CountPair> pairs, std::span<const double> squares) {
  const auto n = static_cast<double>(pairs.size());
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const double x = pairs[i].expected;
    sum_x += x;
    sum_y += squares[i];
    sum_xx += x * x;
    sum_xy += x * squares[i];
  }
  const double spread = sum_xx - sum_x * sum_x / n;
  Dispersion found;
  // Without different means there is no slope to see.
  if (spread > 1e-9 * sum_xx) {
    found.square = std::max(0.0, (sum_xy - sum_x * sum_y / n) / spread);
  }
  found.linear = (sum_y - found.square * sum_x) / n;
  if (found.linear < 1) {
    found.linear = 1;
    found.square = std::max(0.0, (sum_xy - sum_x) / sum_xx);
  }
  return found;
}

/// True when more pairs lie beyond the 5 % bounds than chance explains.
bool IsTooNarrow(std::span<const CountPair> pairs, const Dispersion& dispersion) {
  double all = 0, beyond = 0;
  for (const CountPair& pair : pairs) {
    if (pair.expected < kCountsEnough) continue;
    const double off = pair.count - pair.expected;
    ++all;
    if (off * off > 1.96 * 1.96 * dispersion.Variance(pair.expected)) ++beyond;
  }
  return beyond > 0.05 * all + 2 * std::sqrt(0.05 * 0.95 * all);
}

void Widen(double factor, Dispersion* dispersion) {
  dispersion->linear *= factor;
  dispersion->square *= factor;
}

}  // namespace

Dispersion EstimateDispersion(std::span<const CountPair> pairs) {
  if (pairs.empty()) return {};
  Dispersion found = Regress(pairs, CutSquares(pairs));
  constexpr int kStepsMax = 60;
  for (int step = 0; step < kStepsMax && IsTooNarrow(pairs, found); ++step) Widen(1.05, &found);
  Widen(1 + 1.28 * std::sqrt(2 / static_cast<double>(pairs.size())), &found);
  return found;
}

std::vector<double> ShrunkRatios(std::span<const CountPair> groups, double noise) {
  double excess = 0, all = 0;
  for (const CountPair& group : groups) {
    if (group.expected <= 0) continue;
    const double off = group.count / group.expected - 1;
    excess += group.expected * off * off - noise;
    all += group.expected;
  }
  const double between = all > 0 ? std::max(0.0, excess / all) : 0;
  std::vector<double> ratios;
  for (const CountPair& group : groups) {
    const bool is_known = group.expected > 0 && between > 0;
    const double trust = is_known ? between / (between + noise / group.expected) : 0;
    ratios.push_back(is_known ? 1 + trust * (group.count / group.expected - 1) : 1);
  }
  return ratios;
}

}  // namespace cadenza::alerts

#include "learn/resampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cadenza::learn {
namespace {

constexpr size_t kTenths = 10;

/// A generator of which each state is known without those before it (splitmix64).
uint64_t Mixed(uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

double Share(double part, double whole) { return whole > 0 ? part / whole : 0; }

/// Yes and no among rows that have one score.
struct ScoreTie {
  double yes = 0, no = 0;
};

/// What one walk from the greatest score to the least sums up.
class Walk {
 public:
  explicit Walk(double all) : all_(all) {}

  void Take(double score, bool yes, double weight) {
    if (score != tie_score_) EndTie();
    tie_score_ = score;
    (yes ? tie_.yes : tie_.no) += weight;
    const double p = std::clamp(score, kLeastProbability, 1 - kLeastProbability);
    loss_ -= weight * std::log(yes ? p : 1 - p);
    const double miss = score - (yes ? 1 : 0);
    squares_ += weight * miss * miss;
    const auto tenth = std::min(static_cast<size_t>(seen_ / all_ * kTenths), kTenths - 1);
    said_[tenth] += weight * score;
    happened_[tenth] += yes ? weight : 0;
    Lift(0.05, yes, weight, &in_5_);
    Lift(0.10, yes, weight, &in_10_);
    seen_ += weight;
  }

  void Finish(Measures* measures) {
    EndTie();
    auto& v = measures->values;
    v[Measures::kAuc] = yes_ > 0 && no_ > 0 ? ordered_ / (yes_ * no_) : 0.5;
    v[Measures::kAveragePrecision] = Share(precisions_, yes_);
    v[Measures::kLogLoss] = Share(loss_, all_);
    v[Measures::kBrier] = Share(squares_, all_);
    double off = 0;
    for (size_t t = 0; t < kTenths; ++t) off += std::abs(said_[t] - happened_[t]);
    v[Measures::kCalibrationError] = Share(off, all_);
    v[Measures::kLift5] = Share(Share(in_5_, 0.05 * all_), Share(yes_, all_));
    v[Measures::kLift10] = Share(Share(in_10_, 0.10 * all_), Share(yes_, all_));
  }

 private:
  /// The row that stands across the end of the share counts for its part before it.
  void Lift(double share, bool yes, double weight, double* taken) const {
    if (yes) *taken += std::clamp(share * all_ - seen_, 0.0, weight);
  }

  void EndTie() {
    ordered_ += tie_.no * (yes_ + tie_.yes / 2);
    yes_ += tie_.yes;
    no_ += tie_.no;
    if (tie_.yes > 0) precisions_ += tie_.yes * yes_ / (yes_ + no_);
    tie_ = {};
  }

  double all_;
  double tie_score_ = -1;
  ScoreTie tie_;
  double yes_ = 0, no_ = 0, ordered_ = 0, precisions_ = 0, loss_ = 0, squares_ = 0;
  double seen_ = 0, in_5_ = 0, in_10_ = 0;
  std::array<double, kTenths> said_{}, happened_{};
};

/// log of (n choose k) p^k (1-p)^(n-k)
double LogBinomial(int64_t k, int64_t n, double p) {
  const auto dk = static_cast<double>(k), dn = static_cast<double>(n);
  return std::lgamma(dn + 1) - std::lgamma(dk + 1) - std::lgamma(dn - dk + 1) + dk * std::log(p) +
         (dn - dk) * std::log1p(-p);
}

/// P(X >= k) for a binomial number.
double Tail(int64_t k, int64_t n, double p) {
  if (k <= 0) return 1;
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  double sum = 0;
  double term = std::exp(LogBinomial(k, n, p));
  for (int64_t x = k; x <= n; ++x) {
    sum += term;
    if (term < 1e-18 * sum) break;
    term *= static_cast<double>(n - x) / static_cast<double>(x + 1) * p / (1 - p);
  }
  return std::min(sum, 1.0);
}

double LogOdds(double probability) {
  const double p = std::clamp(probability, kLeastProbability, 1 - kLeastProbability);
  return std::log(p / (1 - p));
}

}  // namespace

std::vector<size_t> OrderOf(const std::vector<double>& scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  return order;
}

Measures Measure(const JudgedRows& rows, std::span<const size_t> order,
                 std::span<const uint32_t> counts) {
  const auto weight = [&](size_t row) -> double {
    return counts.empty() ? 1 : counts[rows.groups[row]];
  };
  double all = 0;
  for (const size_t row : order) all += weight(row);
  Walk walk(all);
  Measures measures;
  double hits = 0, misses = 0;
  for (const size_t row : order) {
    const double times = weight(row);
    if (times == 0) continue;
    const bool yes = rows.labels[row] == 1;
    walk.Take(rows.scores[row], yes, times);
    if (yes && rows.predicted[row]) hits += times;
    if (yes != (rows.predicted[row] == 1)) misses += times;
    measures.values[Measures::kGain] += times * rows.gains[row];
  }
  walk.Finish(&measures);
  measures.values[Measures::kF1] = Share(2 * hits, 2 * hits + misses);
  return measures;
}

std::vector<uint32_t> DrawGroups(size_t groups, uint64_t seed, uint64_t repetition) {
  std::vector<uint32_t> counts(groups, 0);
  const uint64_t start = Mixed(Mixed(seed) ^ repetition);
  for (size_t draw = 0; draw < groups; ++draw) {
    const auto drawn = static_cast<unsigned __int128>(Mixed(start + draw)) * groups;
    ++counts[static_cast<size_t>(drawn >> 64)];
  }
  return counts;
}

Interval MiddleOf(double value, std::vector<double> repetitions) {
  if (repetitions.empty()) return {value, value, value};
  std::ranges::sort(repetitions);
  const auto at = [&](double share) {
    return repetitions[static_cast<size_t>(
        std::lround(share * static_cast<double>(repetitions.size() - 1)))];
  };
  return {value, at(0.025), at(0.975)};
}

MeasuredIntervals MeasureWithIntervals(const JudgedRows& rows, int repetitions, uint64_t seed) {
  const std::vector<size_t> order = OrderOf(rows.scores);
  const Measures all = Measure(rows, order, {});
  size_t groups = 0;
  for (const uint32_t group : rows.groups) groups = std::max<size_t>(groups, group + 1);
  std::array<std::vector<double>, Measures::kKinds> drawn;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const auto counts = DrawGroups(groups, seed, static_cast<uint64_t>(repetition));
    const Measures again = Measure(rows, order, counts);
    for (size_t kind = 0; kind < drawn.size(); ++kind) drawn[kind].push_back(again.values[kind]);
  }
  MeasuredIntervals intervals;
  for (size_t kind = 0; kind < drawn.size(); ++kind) {
    intervals[kind] = MiddleOf(all.values[kind], std::move(drawn[kind]));
  }
  return intervals;
}

double LeastShare(int64_t yes, int64_t rows, double chance) {
  if (yes <= 0) return 0;
  double low = 0, high = static_cast<double>(yes) / static_cast<double>(rows);
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (Tail(yes, rows, middle) < chance ? low : high) = middle;
  }
  return low;
}

double GreatestShare(int64_t yes, int64_t rows, double chance) {
  return 1 - LeastShare(rows - yes, rows, chance);
}

Calibrator Calibrator::Fit(Scores scores, Labels labels) {
  Calibrator fitted;
  for (int iteration = 0; iteration < 30; ++iteration) {
    double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
    for (size_t row = 0; row < scores.size(); ++row) {
      const double x = LogOdds(scores[row]);
      const double p = 1 / (1 + std::exp(-(fitted.slope * x + fitted.shift)));
      const double miss = p - labels[row], spread = p * (1 - p);
      g0 += miss;
      g1 += miss * x;
      h00 += spread;
      h01 += spread * x;
      h11 += spread * x * x;
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12)) break;
    const double shift = (h11 * g0 - h01 * g1) / determinant;
    const double slope = (h00 * g1 - h01 * g0) / determinant;
    fitted.shift -= shift;
    fitted.slope -= slope;
    if (std::abs(shift) + std::abs(slope) < 1e-9) break;
  }
  const bool is_sane =
      std::isfinite(fitted.slope) && std::isfinite(fitted.shift) && fitted.slope > 0;
  return is_sane ? fitted : Calibrator{};
}

double Calibrator::Apply(double probability) const {
  return 1 / (1 + std::exp(-(slope * LogOdds(probability) + shift)));
}

}  // namespace cadenza::learn

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "learn/metrics.h"

namespace cadenza::learn {

/// What is said of scores that are probabilities.
struct Measures {
  enum Kind : size_t {
    kAuc,
    kAveragePrecision,
    kF1,
    kLogLoss,
    kBrier,
    kCalibrationError,  ///< mean distance of the probability from the share of yes, by tenths
    kLift5,             ///< share of yes among the highest 5 %, of that among all
    kLift10,
    kGain,  ///< sum of the gains of the rows that are taken
    kKinds,
  };
  std::array<double, kKinds> values{};
};

/// A measure with the interval in which 95 % of its repetitions lie.
struct Interval {
  double value = 0, low = 0, high = 0;
};
using MeasuredIntervals = std::array<Interval, Measures::kKinds>;

/// Scores with what happened, put in order once, so that many repetitions are cheap.
struct JudgedRows {
  std::vector<double> scores;  ///< probabilities
  std::vector<uint8_t> labels;
  std::vector<uint8_t> predicted;  ///< 1 = predicted yes, by a threshold picked elsewhere
  std::vector<double> gains;       ///< of the rows that are taken; 0 for the others
  std::vector<uint32_t> groups;    ///< the person whom a row is about: 0, 1, …

  size_t rows() const { return scores.size(); }
};

/// Of the rows, each counted as often as its group; an empty `counts` counts each once.
Measures Measure(const JudgedRows& rows, std::span<const size_t> order,
                 std::span<const uint32_t> counts);
/// The rows from the greatest score to the least.
std::vector<size_t> OrderOf(const std::vector<double>& scores);
/// Measures with intervals: as many groups as there are are drawn again, with repetition.
MeasuredIntervals MeasureWithIntervals(const JudgedRows& rows, int repetitions, uint64_t seed);

/// How often each of `groups` is drawn when as many are drawn with repetition.
std::vector<uint32_t> DrawGroups(size_t groups, uint64_t seed, uint64_t repetition);
/// From the least of the values to the greatest, the ends of the middle 95 %.
Interval MiddleOf(double value, std::vector<double> repetitions);

/// P(X <= yes) or more for a binomial share: the least share of yes that `yes` of `rows` still
/// allow at this chance to err (Clopper and Pearson).
double LeastShare(int64_t yes, int64_t rows, double chance);
/// And the greatest.
double GreatestShare(int64_t yes, int64_t rows, double chance);

/// The line through log odds that makes probabilities fit what happened (Platt).
struct Calibrator {
  double slope = 1, shift = 0;

  static Calibrator Fit(Scores scores, Labels labels);
  double Apply(double probability) const;
};

}  // namespace cadenza::learn

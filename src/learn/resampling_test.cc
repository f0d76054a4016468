#include "learn/resampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace cadenza::learn {
namespace {

/// Scores that are the probabilities by which the labels are drawn; two rows a person.
JudgedRows Honest(size_t rows) {
  std::mt19937_64 dice(7);
  std::uniform_real_distribution<double> uniform;
  JudgedRows made;
  for (size_t row = 0; row < rows; ++row) {
    const double p = std::round(uniform(dice) * 50) / 100;
    made.scores.push_back(p);
    made.labels.push_back(uniform(dice) < p ? 1 : 0);
    made.predicted.push_back(p >= 0.3 ? 1 : 0);
    made.gains.push_back(made.labels.back() ? 2 : -1);
    made.groups.push_back(static_cast<uint32_t>(row / 2));
  }
  return made;
}

TEST(ResamplingTest, MeasuresAreThoseOfTheSimpleFunctions) {
  const JudgedRows rows = Honest(5'000);
  const Measures m = Measure(rows, OrderOf(rows.scores), {});
  EXPECT_NEAR(m.values[Measures::kAuc], RocAuc(rows.scores, rows.labels), 1e-12);
  EXPECT_NEAR(m.values[Measures::kAveragePrecision], AveragePrecision(rows.scores, rows.labels),
              1e-12);
  EXPECT_NEAR(m.values[Measures::kLogLoss], LogLoss(rows.scores, rows.labels), 1e-12);
  EXPECT_NEAR(m.values[Measures::kBrier], BrierScore(rows.scores, rows.labels), 1e-12);
  EXPECT_NEAR(m.values[Measures::kF1], ConfusionAt(rows.scores, rows.labels, 0.3).f1(), 1e-12);
  EXPECT_LT(m.values[Measures::kCalibrationError], 0.02);
  EXPECT_GT(m.values[Measures::kLift5], 1.6);
  EXPECT_LE(m.values[Measures::kLift5], 2.1);
}

TEST(ResamplingTest, CountsAreRepetitionsOfRows) {
  const JudgedRows rows = Honest(200);
  std::vector<uint32_t> counts(100);
  JudgedRows copied;
  for (size_t group = 0; group < counts.size(); ++group) counts[group] = group % 3;
  for (size_t row = 0; row < rows.rows(); ++row) {
    for (uint32_t copy = 0; copy < counts[rows.groups[row]]; ++copy) {
      copied.scores.push_back(rows.scores[row]);
      copied.labels.push_back(rows.labels[row]);
      copied.predicted.push_back(rows.predicted[row]);
      copied.gains.push_back(rows.gains[row]);
      copied.groups.push_back(0);
    }
  }
  const Measures counted = Measure(rows, OrderOf(rows.scores), counts);
  const Measures again = Measure(copied, OrderOf(copied.scores), {});
  for (const auto kind : {Measures::kAuc, Measures::kAveragePrecision, Measures::kF1,
                          Measures::kLogLoss, Measures::kBrier, Measures::kGain}) {
    EXPECT_NEAR(counted.values[kind], again.values[kind], 1e-9) << kind;
  }
}

TEST(ResamplingTest, IntervalsHoldTheValueAndShrinkWithRows) {
  const auto few = MeasureWithIntervals(Honest(500), 200, 1);
  const auto many = MeasureWithIntervals(Honest(20'000), 200, 1);
  for (const auto kind : {Measures::kAuc, Measures::kLogLoss}) {
    EXPECT_LT(few[kind].low, few[kind].value);
    EXPECT_GT(few[kind].high, few[kind].value);
    EXPECT_LT(many[kind].high - many[kind].low, (few[kind].high - few[kind].low) / 3);
  }
}

TEST(ResamplingTest, BoundsOfSharesAreExact) {
  // Of R: binom.test(20, 20) and (0, 20), one side.
  EXPECT_NEAR(LeastShare(20, 20, 0.05), std::pow(0.05, 1.0 / 20), 1e-9);
  EXPECT_NEAR(GreatestShare(0, 20, 0.05), 1 - std::pow(0.05, 1.0 / 20), 1e-9);
  EXPECT_NEAR(LeastShare(8, 10, 0.025), 0.4439045, 1e-6);
  EXPECT_NEAR(GreatestShare(8, 10, 0.025), 0.9747893, 1e-6);
}

TEST(ResamplingTest, CalibrationTakesBackWhatWasDone) {
  JudgedRows rows = Honest(20'000);
  std::vector<double> off;
  for (const double p : rows.scores) {
    const double clamped = std::clamp(p, 0.005, 0.995);
    off.push_back(1 / (1 + std::exp(-(2 * std::log(clamped / (1 - clamped)) + 1))));
  }
  const Calibrator fitted = Calibrator::Fit(off, rows.labels);
  EXPECT_NEAR(fitted.slope, 0.5, 0.05);
  EXPECT_NEAR(fitted.shift, -0.5, 0.05);
}

}  // namespace
}  // namespace cadenza::learn

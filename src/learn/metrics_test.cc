#include "learn/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cadenza::learn {
namespace {

const std::vector<double> kScores = {0.9, 0.8, 0.7, 0.7, 0.2, 0.1};
const std::vector<uint8_t> kLabels = {1, 0, 1, 0, 1, 0};

TEST(MetricsTest, CountsPredictions) {
  const Confusion counts = ConfusionAt(kScores, kLabels, 0.7);
  EXPECT_EQ(counts.true_positives, 2);
  EXPECT_EQ(counts.false_positives, 2);
  EXPECT_EQ(counts.true_negatives, 1);
  EXPECT_EQ(counts.false_negatives, 1);
  EXPECT_DOUBLE_EQ(counts.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(counts.precision(), 0.5);
  EXPECT_DOUBLE_EQ(counts.recall(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(counts.f1(), 4.0 / 7);
}

TEST(MetricsTest, ZeroWhereItWouldDivideByZero) {
  const Confusion nobody = ConfusionAt(kScores, kLabels, 2);
  EXPECT_EQ(nobody.precision(), 0);
  EXPECT_EQ(nobody.recall(), 0);
  EXPECT_EQ(nobody.f1(), 0);
  EXPECT_EQ(Confusion{}.accuracy(), 0);
  EXPECT_EQ(RocAuc(kScores, std::vector<uint8_t>(6, 1)), 0.5);
  EXPECT_EQ(AveragePrecision(kScores, std::vector<uint8_t>(6, 0)), 0);
  EXPECT_EQ(BrierScore({}, {}), 0);
}

TEST(MetricsTest, TheBestThresholdIsThatOfEveryThreshold) {
  const double best = BestThreshold(kScores, kLabels);
  for (const double other : kScores) {
    EXPECT_GE(ConfusionAt(kScores, kLabels, best).f1(), ConfusionAt(kScores, kLabels, other).f1());
  }
  EXPECT_EQ(best, 0.2);
}

TEST(MetricsTest, RocAucIsTheShareOfPairsInOrder) {
  double ordered = 0, pairs = 0;
  for (size_t yes = 0; yes < kScores.size(); ++yes) {
    for (size_t no = 0; no < kScores.size(); ++no) {
      if (!kLabels[yes] || kLabels[no]) continue;
      ++pairs;
      ordered += kScores[yes] > kScores[no] ? 1 : kScores[yes] == kScores[no] ? 0.5 : 0;
    }
  }
  EXPECT_DOUBLE_EQ(RocAuc(kScores, kLabels), ordered / pairs);
}

TEST(MetricsTest, AveragePrecisionTakesTiesTogether) {
  EXPECT_DOUBLE_EQ(AveragePrecision(kScores, kLabels), (1.0 + 2.0 / 4 + 3.0 / 5) / 3);
}

TEST(MetricsTest, ProbabilitiesAreJudged) {
  const std::vector<double> scores = {1, 0.5, 0};
  const std::vector<uint8_t> labels = {1, 1, 0};
  EXPECT_DOUBLE_EQ(BrierScore(scores, labels), 0.25 / 3);
  EXPECT_NEAR(LogLoss(scores, labels), std::log(2.0) / 3, 1e-12);
  EXPECT_TRUE(std::isfinite(LogLoss(std::vector<double>{0}, std::vector<uint8_t>{1})));
}

TEST(MetricsTest, ThePrCurveEndsAtFullRecall) {
  const auto curve = PrCurve(kScores, kLabels, 100);
  ASSERT_EQ(curve.size(), 5U);
  EXPECT_EQ(curve.front().precision, 1);
  EXPECT_EQ(curve.back().recall, 1);
  EXPECT_EQ(curve.back().precision, 0.5);
  const auto thin = PrCurve(kScores, kLabels, 2);
  ASSERT_EQ(thin.size(), 2U);
  EXPECT_EQ(thin.front().threshold, 0.9);
  EXPECT_EQ(thin.back().threshold, 0.1);
}

TEST(MetricsTest, CalibrationBins) {
  const auto bins =
      Calibration(std::vector<double>{0.05, 0.15, 0.95, 1.0}, std::vector<uint8_t>{0, 1, 1, 0}, 10);
  ASSERT_EQ(bins.size(), 10U);
  EXPECT_EQ(bins[0].rows, 1);
  EXPECT_EQ(bins[9].rows, 2);
  EXPECT_DOUBLE_EQ(bins[9].mean_score, 0.975);
  EXPECT_DOUBLE_EQ(bins[9].yes_share, 0.5);
  EXPECT_EQ(bins[5].rows, 0);
}

}  // namespace
}  // namespace cadenza::learn

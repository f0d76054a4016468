#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "learn/gradient_boosting.h"
#include "learn/logistic_regression.h"
#include "learn/metrics.h"

namespace cadenza::learn {
namespace {

/// Two features, one of them sometimes unknown; yes by a logistic law, or by a law that no line
/// separates.
Dataset Make(int seed, size_t rows, bool linear) {
  std::mt19937_64 dice(static_cast<uint64_t>(seed));
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Dataset data;
  data.features = {"a", "b"};
  for (size_t row = 0; row < rows; ++row) {
    const double a = normal(dice), b = 5 + 2 * normal(dice);
    const double law = linear ? 2 * a - (b - 5) + 0.5 : 3 * a * (b - 5);
    const bool yes = uniform(dice) < 1 / (1 + std::exp(-law));
    const bool unknown = !linear && uniform(dice) < 0.1;
    data.Add(std::vector<double>{a, unknown ? std::nan("") : b}, yes);
  }
  return data;
}

TEST(LogisticRegressionTest, FindsTheLaw) {
  const auto model = LogisticRegression::Fit(Make(1, 20'000, true));
  ASSERT_TRUE(model.ok());
  // Of standardised features: 2 of a with deviation 1, -1 of b with deviation 2.
  EXPECT_NEAR(model->weights()[0], 2, 0.1);
  EXPECT_NEAR(model->weights()[1], -2, 0.1);
  EXPECT_NEAR(model->intercept(), 0.5, 0.1);
  const Dataset test = Make(2, 50'000, true);
  const auto scores = model->Predict(test);
  EXPECT_GT(RocAuc(scores, test.labels), 0.9);
  for (const CalibrationBin& bin : Calibration(scores, test.labels, 5)) {
    EXPECT_NEAR(bin.mean_score, bin.yes_share, 0.05);
  }
}

TEST(LogisticRegressionTest, DataThatALineSeparatesEnd) {
  Dataset data;
  data.features = {"a", "same"};
  for (int row = 0; row < 100; ++row) {
    data.Add(std::vector<double>{static_cast<double>(row), 3.0}, row >= 50);
  }
  const auto model = LogisticRegression::Fit(data);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(RocAuc(model->Predict(data), data.labels), 1);
  EXPECT_TRUE(std::isfinite(model->weights()[1]));
}

TEST(GradientBoostingTest, FindsWhatNoLineSeparates) {
  const Dataset train = Make(1, 4'000, false), check = Make(2, 1'000, false),
                test = Make(3, 2'000, false);
  const auto model = GradientBoosting::Fit(train, check);
  ASSERT_TRUE(model.ok()) << (model.ok() ? "" : model.error().message);
  const auto scores = model->Predict(test);
  ASSERT_TRUE(scores.ok());
  EXPECT_GT(RocAuc(*scores, test.labels), 0.85);
  const auto line = LogisticRegression::Fit(train);
  ASSERT_TRUE(line.ok());
  EXPECT_LT(RocAuc(line->Predict(test), test.labels), 0.6);
  EXPECT_LT(model->rounds(), 300);
}

TEST(GradientBoostingTest, TheSameDataGiveTheSameScores) {
  const Dataset train = Make(1, 1'000, false), check = Make(2, 500, false);
  const auto first = GradientBoosting::Fit(train, check);
  const auto second = GradientBoosting::Fit(train, check);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first->Predict(check), *second->Predict(check));
}

TEST(EstimatorsTest, OneLabelIsNothingToLearnFrom) {
  Dataset data;
  data.features = {"a"};
  for (int row = 0; row < 10; ++row) data.Add(std::vector<double>{1.0 * row}, true);
  EXPECT_FALSE(LogisticRegression::Fit(data).ok());
  EXPECT_FALSE(GradientBoosting::Fit(data, data).ok());
}

}  // namespace
}  // namespace cadenza::learn

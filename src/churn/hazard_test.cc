#include "churn/hazard.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "churn/made_snapshots.h"

namespace cadenza::churn {
namespace {

TEST(HazardTest, SpansCoverTheDaysWithoutGaps) {
  for (const int days : {5, 30, 31, 100}) {
    const std::vector<Span> spans = SpansOf(days);
    EXPECT_GE(spans.back().last, days);
    for (size_t s = 1; s < spans.size(); ++s) EXPECT_EQ(spans[s].first, spans[s - 1].last + 1);
  }
}

TEST(HazardTest, WhatTheLogDoesNotCoverIsUnknown) {
  Snapshot snapshot;
  snapshot.cut_off = 100;
  snapshot.observed_days = 12;
  snapshot.cancel_day = 8;
  EXPECT_TRUE(Happened(snapshot, Outcome::kCancel, 10, INT32_MAX).in_time);
  EXPECT_FALSE(Happened(snapshot, Outcome::kCancel, 5, INT32_MAX).in_time);
  EXPECT_FALSE(Happened(snapshot, Outcome::kCancel, 30, INT32_MAX).is_known);
  EXPECT_FALSE(Happened(snapshot, Outcome::kCancel, 10, 105).is_known);
  EXPECT_FALSE(Happened(snapshot, Outcome::kCancel, 5, 105).in_time);
}

TEST(HazardTest, TheLawIsFoundAlthoughHalfIsCensored) {
  const Snapshots data = MadeSnapshots(40'000);
  std::vector<size_t> rows(data.size());
  std::iota(rows.begin(), rows.end(), size_t{0});
  const auto model = HazardModel::Fit(data, rows, Outcome::kCancel, INT32_MAX, {});
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto hazards = model->Predict(data, rows);
  ASSERT_TRUE(hazards.ok());
  for (const double low : {0.0, 0.45, 0.9}) {
    double said = 0, law = 0, count = 0;
    for (const size_t row : rows) {
      const auto x = static_cast<double>(data.Values(row)[0]);
      if (x < low || x > low + 0.1) continue;
      said += hazards->Within(row, 30);
      law += 1 - std::exp(-30 * (0.002 + 0.02 * x));
      ++count;
    }
    EXPECT_NEAR(said / count, law / count, 0.025) << low;
  }
}

TEST(HazardTest, HorizonsAgreeAndContributionsSumUp) {
  const Snapshots data = MadeSnapshots(3'000);
  std::vector<size_t> rows(data.size());
  std::iota(rows.begin(), rows.end(), size_t{0});
  const auto model = HazardModel::Fit(data, rows, Outcome::kCancel, INT32_MAX, {});
  ASSERT_TRUE(model.ok());
  const auto hazards = model->Predict(data, rows);
  const auto contributions = model->Contributions(data, rows, 10);
  ASSERT_TRUE(hazards.ok() && contributions.ok());
  const size_t width = data.features.size() + 2;
  for (const size_t row : rows) {
    for (int day = 1; day < 30; ++day) {
      ASSERT_LE(hazards->Within(row, day), hazards->Within(row, day + 1));
    }
    double sum = 0;
    for (size_t c = 0; c < width; ++c) {
      sum += static_cast<double>((*contributions)[row * width + c]);
    }
    const double hazard = hazards->values[row * hazards->spans.size() + 2];  // days 6 to 10
    ASSERT_NEAR(sum, std::log(hazard / (1 - hazard)), 1e-4);
  }
}

TEST(HazardTest, AModelComesBackFromItsText) {
  const Snapshots data = MadeSnapshots(2'000);
  const std::vector<size_t> rows = {0, 1, 2, 3, 4};
  std::vector<size_t> all(data.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const auto model = HazardModel::Fit(data, all, Outcome::kCancel, INT32_MAX, {});
  ASSERT_TRUE(model.ok());
  const auto text = model->ToJson();
  ASSERT_TRUE(text.ok());
  const auto again = HazardModel::FromJson(*text, 30);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(model->Predict(data, rows)->values, again->Predict(data, rows)->values);
  EXPECT_FALSE(HazardModel::FromJson("{}", 30).ok());
}

TEST(HazardTest, ACompetingOutcomeTakesItsPart) {
  Hazards one, other;
  one.spans = other.spans = SpansOf(30);
  one.values.assign(5, 0.1);
  other.values.assign(5, 0);
  EXPECT_NEAR(one.WithinAgainst(other, 0, 30), one.Within(0, 30), 1e-12);
  other.values.assign(5, 0.5);
  EXPECT_LT(one.WithinAgainst(other, 0, 30), one.Within(0, 30) / 2);
}

TEST(HazardTest, ColumnsThatSayNothingAreDropped) {
  Snapshots data = MadeSnapshots(4);
  data.features = {"x", "same", "none"};
  data.values = {1, 7, NAN, 2, 7, NAN, 3, 7, NAN, 4, 7, NAN};
  EXPECT_EQ(DropConstantFeatures(&data), (std::vector<std::string>{"same", "none"}));
  EXPECT_EQ(data.values, (std::vector<float>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace cadenza::churn

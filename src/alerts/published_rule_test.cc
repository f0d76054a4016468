#include "alerts/published_rule.h"

#include <gtest/gtest.h>

namespace cadenza::alerts {
namespace {

Series SeriesOf(const std::vector<int64_t>& counts) {
  Series series{"", 5 * kMinuteMs, 5 * kMinuteMs, INT64_MAX, {}};
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto ms = static_cast<int64_t>(i) * 5 * kMinuteMs;
    series.windows.push_back({ms, ms, counts[i], -1, true, true});
  }
  return series;
}

// The windows from 21:55 to 22:50 on 2025-08-11, as published with the last of them.
const std::vector<int64_t> kPublished = {174, 170, 162, 148, 162, 166,
                                         158, 161, 147, 176, 168, 163};

TEST(PublishedRuleTest, ThePublishedWindow) {
  const Series series = SeriesOf(kPublished);
  const RecentWindows recent = RecentOf(series, 11, true);
  EXPECT_TRUE(recent.is_whole);
  EXPECT_NEAR(recent.average, 162.9167, 5e-5);
  EXPECT_NEAR(recent.p95, 174.9, 1e-9);
  std::vector<Alert> alerts;
  EXPECT_EQ(PublishedRule(&series, true).Judge(11, &alerts), false);
  EXPECT_TRUE(alerts.empty());
}

TEST(PublishedRuleTest, NeedsTwelveWindows) {
  const Series series = SeriesOf(kPublished);
  std::vector<Alert> alerts;
  PublishedRule with(&series, true), without(&series, false);
  EXPECT_FALSE(with.Judge(10, &alerts).has_value());
  EXPECT_FALSE(without.Judge(11, &alerts).has_value());
}

TEST(PublishedRuleTest, TheCurrentWindowRaisesItsOwnBound) {
  std::vector<int64_t> counts(12, 100);
  counts.push_back(101);
  const Series series = SeriesOf(counts);
  EXPECT_NEAR(RecentOf(series, 12, true).p95, 100.45, 1e-9);
  EXPECT_NEAR(RecentOf(series, 12, false).p95, 100, 1e-9);
}

TEST(PublishedRuleTest, SpikesInARowAreOneAlertThatCloses) {
  std::vector<int64_t> counts(12, 100);
  counts.insert(counts.end(), {150, 160, 100, 100});
  const Series series = SeriesOf(counts);
  std::vector<Alert> alerts;
  PublishedRule rule(&series, false);
  for (size_t i = 0; i < counts.size(); ++i) rule.Judge(i, &alerts);
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_TRUE(alerts[0].is_open);
  EXPECT_EQ(alerts[0].window_start_ms, 60 * kMinuteMs);
  EXPECT_EQ(alerts[0].sessions, 150);
  EXPECT_FALSE(alerts[1].is_open);
  EXPECT_EQ(alerts[1].window_start_ms, 70 * kMinuteMs);
  EXPECT_EQ(alerts[1].Id(), alerts[0].Id());
  EXPECT_EQ(alerts[0].Id(), "published-past-spike-19700101T0100Z");
}

}  // namespace
}  // namespace cadenza::alerts

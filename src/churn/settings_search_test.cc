#include "churn/settings_search.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "churn/made_snapshots.h"

namespace cadenza::churn {
namespace {

std::vector<size_t> FirstRows(size_t count) {
  std::vector<size_t> rows(count);
  std::iota(rows.begin(), rows.end(), size_t{0});
  return rows;
}

HazardOptions BadlySet() {
  HazardOptions options;
  options.trees.rounds = 2;
  return options;
}

TEST(SettingsSearchTest, WithoutDrawsTheUsualSettingsStay) {
  const Snapshots data = MadeSnapshots(500);
  const auto found = SearchSettings(data, FirstRows(500), INT32_MAX, BadlySet(), 0);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->tried, 0);
  EXPECT_EQ(found->best.rounds, 2);
}

TEST(SettingsSearchTest, BetterSettingsAreFoundOnTheseRowsAlone) {
  constexpr size_t kRows = 6'000;
  Snapshots data = MadeSnapshots(2 * kRows);
  const auto found = SearchSettings(data, FirstRows(kRows), INT32_MAX, BadlySet(), 6);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->tried, 6);
  EXPECT_LT(found->best_log_loss, found->usual_log_loss);
  EXPECT_GT(found->best.rounds, 2);
  for (size_t row = kRows; row < data.size(); ++row) data.rows[row].cancel_day = 1;
  const auto again = SearchSettings(data, FirstRows(kRows), INT32_MAX, BadlySet(), 6);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->best_log_loss, found->best_log_loss) << "it looked at rows that test";
  EXPECT_EQ(again->best.rounds, found->best.rounds);
}

TEST(SettingsSearchTest, TooLittleToHoldAnyOut) {
  const auto found = SearchSettings(MadeSnapshots(4), FirstRows(4), INT32_MAX, BadlySet(), 3);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->tried, 0);
}

}  // namespace
}  // namespace cadenza::churn

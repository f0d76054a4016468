#include "alerts/window_series.h"

#include "engine/test_engine.h"

namespace cadenza::alerts {
namespace {

using engine::MessageOf;

class WindowSeriesTest : public testing::Test {
 protected:
  /// Rows as tuples (minute of 2026-06-01, length in minutes, sessions, is_final, country).
  void Bind(const std::string& tuples) {
    const Status bound =
        engine_->BindQuery("made",
                           "SELECT TIMESTAMPTZ '2026-06-01' + to_minutes(minute) AS window_start,"
                           " TIMESTAMPTZ '2026-06-01' + to_minutes(minute + length) AS window_end,"
                           " sessions, is_final, country FROM (VALUES " +
                               tuples + ") AS t(minute, length, sessions, is_final, country)");
    ASSERT_TRUE(bound.ok()) << MessageOf(bound);
  }
  std::vector<Series> Read(const SeriesOptions& options = {}) {
    auto series = ReadSeries(engine_.get(), "made", options);
    EXPECT_TRUE(series.ok()) << MessageOf(series);
    return series.ok() ? *series : std::vector<Series>();
  }
  static std::vector<int64_t> SessionsOf(const Series& series) {
    std::vector<int64_t> sessions;
    for (const Window& window : series.windows) sessions.push_back(window.sessions);
    return sessions;
  }
  static constexpr int64_t kBeginMs = 1'780'272'000'000;  // 2026-06-01

  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

TEST_F(WindowSeriesTest, WhatHasNoRowIsZero) {
  Bind("(0, 5, 7, true, 'DE'), (15, 5, 9, true, 'DE')");
  const std::vector<Series> all = Read();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(SessionsOf(all[0]), (std::vector<int64_t>{7, 0, 0, 9}));
  EXPECT_EQ(all[0].step_ms, 5 * kMinuteMs);
  EXPECT_EQ(all[0].windows[0].start_ms, kBeginMs);
  EXPECT_FALSE(all[0].windows[1].is_there);
  EXPECT_EQ(all[0].IndexFrom(kBeginMs + 6 * kMinuteMs), 2U);
}

TEST_F(WindowSeriesTest, AnEmptyWindowIsFinalOnceALaterOneIs) {
  Bind("(0, 5, 7, true, 'DE'), (10, 5, 9, true, 'DE'), (20, 5, 9, false, 'DE')");
  const Series series = Read()[0];
  std::vector<bool> final;
  for (size_t i = 0; i < series.windows.size(); ++i) final.push_back(series.IsFinal(i));
  EXPECT_EQ(final, (std::vector<bool>{true, true, true, false, false}))
      << "nobody knows yet whether 00:15 stays empty";
}

TEST_F(WindowSeriesTest, GroupsAreAddedUpOrStandAlone) {
  Bind(
      "(0, 5, 7, true, 'DE'), (5, 5, 1, true, 'DE'), (5, 5, 9, true, 'FR'), (15, 5, 2, true, "
      "NULL)");
  EXPECT_EQ(SessionsOf(Read()[0]), (std::vector<int64_t>{7, 10, 0, 2}));
  const std::vector<Series> all = Read({.group_column = "country"});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name, "country=DE");
  EXPECT_EQ(SessionsOf(all[0]), (std::vector<int64_t>{7, 1, 0, 0})) << "all end together";
  EXPECT_EQ(SessionsOf(all[1]), (std::vector<int64_t>{9, 0, 0})) << "each begins with its first";
  EXPECT_EQ(all[2].name, "country=null");
}

TEST_F(WindowSeriesTest, ReadingFromAMomentKeepsTheGridAndTheBeginning) {
  Bind("(0, 5, 7, true, 'DE'), (30, 5, 1, true, 'DE')");
  EXPECT_EQ(SessionsOf(Read({.from_ms = kBeginMs + 10 * kMinuteMs})[0]),
            (std::vector<int64_t>{0, 0, 0, 0, 1}));
  EXPECT_EQ(SessionsOf(Read({.from_ms = kBeginMs - 10 * kMinuteMs})[0]),
            (std::vector<int64_t>{7, 0, 0, 0, 0, 0, 1}));
  EXPECT_TRUE(Read({.from_ms = kBeginMs + kDayMs}).empty());
}

TEST_F(WindowSeriesTest, WindowsThatOverlapHop) {
  Bind("(0, 10, 7, true, 'DE'), (5, 10, 8, true, 'DE'), (10, 10, 9, true, 'DE')");
  const Series series = Read()[0];
  EXPECT_EQ(series.step_ms, 5 * kMinuteMs);
  EXPECT_EQ(series.size_ms, 10 * kMinuteMs);
}

TEST_F(WindowSeriesTest, LocalTimeFollowsTheZone) {
  Bind("(0, 5, 7, true, 'DE')");
  const Window window = Read({.zone = "Europe/Berlin"})[0].windows[0];
  EXPECT_EQ(window.local_ms - window.start_ms, 2 * kHourMs);
}

TEST_F(WindowSeriesTest, WindowsOffTheGridAreAnError) {
  Bind("(0, 5, 7, true, 'DE'), (5, 5, 1, true, 'DE'), (12, 5, 1, true, 'DE')");
  const auto series = ReadSeries(engine_.get(), "made", {});
  ASSERT_FALSE(series.ok());
  EXPECT_NE(series.error().message.find("2026-06-01 00:12"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::alerts

#include "stream/watermark.h"

#include <gtest/gtest.h>

namespace cadenza::stream {
namespace {

constexpr int64_t kNow = 1'000'000;

TEST(WatermarkTest, FollowsTheNewestEventAndNeverGoesBack) {
  Watermark mark;
  mark = mark.After(500, 100, kNow);
  EXPECT_EQ(mark.us, 400);
  mark = mark.After(300, 100, kNow);
  EXPECT_EQ(mark.us, 400);
  EXPECT_EQ(mark.max_event_us, 500);
  mark = mark.After(600, 250, kNow);  // a longer delay from now on
  EXPECT_EQ(mark.us, 400);
  mark = mark.After(std::nullopt, 100, kNow);
  EXPECT_EQ(mark.max_event_us, 600);
}

TEST(WatermarkTest, ATimeInTheFutureMovesItToTheClockOnly) {
  Watermark mark;
  mark = mark.After(kNow * 50, 100, kNow);
  EXPECT_EQ(mark.us, kNow - 100);
  EXPECT_EQ(mark.max_event_us, kNow);
}

TEST(WatermarkTest, AClockThatWentBackDoesNotStopIt) {
  Watermark mark;
  mark = mark.After(kNow, 100, kNow);
  mark = mark.After(kNow + 5, 100, kNow / 2);
  EXPECT_EQ(mark.max_event_us, kNow);
  EXPECT_EQ(mark.us, kNow - 100);
}

}  // namespace
}  // namespace cadenza::stream

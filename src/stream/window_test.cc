#include "stream/window.h"

#include <gtest/gtest.h>

namespace cadenza::stream {
namespace {

TEST(Window, DurationsAreAWholeNumberAndAUnit) {
  EXPECT_EQ(ParseDuration("90s").value(), 90'000'000);
  EXPECT_EQ(ParseDuration("5m").value(), 300'000'000);
  EXPECT_EQ(DurationText(300'000'000), "5m");
  EXPECT_EQ(DurationText(90'000'000), "90s");
  EXPECT_EQ(DurationText(86'400'000'000), "1d");
  for (const char* wrong : {"", "5", "m", "0m", "-5m", "5 m", "1.5h", "5mm", "99999999999d"}) {
    const auto parsed = ParseDuration(wrong);
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(parsed.error().message.ends_with(wrong)) << parsed.error().message;
  }
}

TEST(Window, TextsAndTablesNameTheWindow) {
  struct Case {
    const char* text;
    const char* table;
    const char* by_platform;
    int64_t pane_seconds;
  };
  for (const Case& each :
       {Case{"5m", "sessions_5m", "sessions_5m_by_platform", 300},
        Case{"10m/5m", "sessions_10m_every_5m", "sessions_10m_every_5m_by_platform", 300},
        Case{"10m/4m", "sessions_10m_every_4m", "sessions_10m_every_4m_by_platform", 120},
        Case{"session:30m", "sessions_gap_30m", "sessions_gap_30m_by_platform", 1800}}) {
    const auto window = WindowSpec::Parse(each.text);
    ASSERT_TRUE(window.ok()) << each.text;
    EXPECT_EQ(window->Text(), each.text);
    EXPECT_EQ(window->TableName("sessions", {}), each.table);
    EXPECT_EQ(window->TableName("sessions", {"Platform"}), each.by_platform);
    EXPECT_EQ(window->pane_us(), each.pane_seconds * 1'000'000);
  }
}

TEST(Window, AWindowThatSkipsEventsIsRefused) {
  EXPECT_FALSE(WindowSpec::Parse("5m/10m").ok());
  EXPECT_FALSE(WindowSpec::Parse("1d/1s").ok());
  EXPECT_FALSE(WindowSpec::Parse("session:").ok());
}

}  // namespace
}  // namespace cadenza::stream

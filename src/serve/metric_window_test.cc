#include "serve/metric_window.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

TEST(DayTest, TextsAndCalendars) {
  EXPECT_EQ(ParseDay("1970-01-01"), 0);
  EXPECT_EQ(ParseDay("2025-07-01"), 20270);
  EXPECT_EQ(DayText(20270), "2025-07-01");
  for (const char* wrong :
       {"", "2025-7-1", "2025-02-29", "2025-13-01", "2025-07-01T", "x025-07-01"}) {
    EXPECT_FALSE(ParseDay(wrong).has_value()) << wrong;
  }
  EXPECT_EQ(DayText(WeekStart(*ParseDay("2025-07-06"))), "2025-06-30");
  EXPECT_EQ(WeekStart(*ParseDay("2025-06-30")), *ParseDay("2025-06-30"));
  EXPECT_EQ(DayText(WeekStart(*ParseDay("1969-12-31"))), "1969-12-29");
  EXPECT_EQ(DayText(MonthStart(*ParseDay("2024-02-29"))), "2024-02-01");
  EXPECT_EQ(DayText(NextMonth(*ParseDay("2024-12-01"))), "2025-01-01");
}

TEST(PercentTest, IsRoundedHalfUp) {
  EXPECT_EQ(PercentJson(HundredthsOf(10'791, 12'000)), "89.93");  // 89.925
  EXPECT_EQ(PercentJson(HundredthsOf(2, 3)), "66.67");
  EXPECT_EQ(PercentJson(HundredthsOf(1, 2)), "50.0");
  EXPECT_EQ(PercentJson(HundredthsOf(1, 0)), "null");
  EXPECT_EQ(PercentJson(-5), "-0.05");
}

TEST(MetricConditionTest, SaysWhatItsTextSays) {
  const auto holds = [](const char* text, int64_t sessions, bool is_paid) {
    const auto condition = MetricCondition::Parse(text);
    EXPECT_TRUE(condition.ok()) << text;
    return condition.ok() && condition->Holds({sessions, is_paid, 1}, 80);
  };
  EXPECT_TRUE(holds("sessions > 0 and is_paid", 1, true));
  EXPECT_FALSE(holds("sessions > 0 and is_paid", 0, true));
  EXPECT_TRUE(holds("sessions >= engaged_sessions", 80, false));
  EXPECT_FALSE(holds("sessions >= engaged_sessions", 79, false));
  EXPECT_TRUE(holds("not (sessions = 0 or is_paid) and sessions <> 2", 1, false));
  for (const char* wrong :
       {"", "session > 0", "sessions", "sessions > 0 and", "is_paid)", "1 > 'a'"}) {
    EXPECT_FALSE(MetricCondition::Parse(wrong).ok()) << wrong;
  }
}

TEST(MetricsTest, CanBeToldOfClassesOfCustomers) {
  ASSERT_FALSE(lake::Metrics().empty());
  for (const lake::Metric& metric : lake::Metrics()) {
    for (const std::string& text : {metric.numerator, metric.denominator}) {
      const auto condition = MetricCondition::Parse(text);
      ASSERT_TRUE(condition.ok()) << metric.name;
      EXPECT_EQ(condition->Holds({0, true, 1}, 1), condition->Holds({0, false, 1}, 1))
          << metric.name << ": whether somebody without sessions pays is not told";
    }
  }
}

TEST(MetricRuleTest, EngagedIsInProportion) {
  MetricRule rule;
  rule.window_days = 62;
  rule.engaged_sessions = 80;
  EXPECT_EQ(rule.EngagedSessions(62), 80);
  EXPECT_EQ(rule.EngagedSessions(31), 40);
  EXPECT_EQ(rule.EngagedSessions(7), 10);  // 9.03
  EXPECT_EQ(rule.EngagedSessions(1), 2);   // 1.29
}

}  // namespace
}  // namespace cadenza::serve

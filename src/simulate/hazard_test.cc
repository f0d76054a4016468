#include "simulate/hazard.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulate/dice.h"
#include "simulate/listener.h"
#include "simulate/rhythm.h"

namespace cadenza::simulate {
namespace {

constexpr double kFading = 0.1;

TEST(HazardTest, SumIsTheSameInOneStepOrInMany) {
  Hazard once{.base = 0.001, .discontent = 0.01};
  Hazard often = once;
  once.AdvanceTo(10 * kDayMs, kFading);
  for (int64_t hour = 1; hour <= 240; ++hour) often.AdvanceTo(hour * kHourMs, kFading);
  EXPECT_NEAR(once.sum, often.sum, 1e-12);
  EXPECT_NEAR(once.discontent, 0.01 * std::exp(-1.0), 1e-12);
  EXPECT_NEAR(once.sum, 0.001 * 10 + 0.01 * (1 - std::exp(-1.0)) / kFading, 1e-12);
}

TEST(HazardTest, FallsDueWhereTheSumReachesTheThreshold) {
  Hazard hazard{.base = 0.001, .discontent = 0.01, .threshold = 0.05};
  const int64_t due = hazard.DueBefore(100 * kDayMs, kFading);
  ASSERT_NE(due, kNever);
  EXPECT_EQ(hazard.DueBefore(due - 1000, kFading), kNever);
  Hazard before = hazard;
  before.AdvanceTo(due - 2, kFading);
  EXPECT_FALSE(before.due());
  hazard.AdvanceTo(due, kFading);
  EXPECT_TRUE(hazard.due());
}

/// Lives one future after the other, session by session.
double ShareThatLeaves(const Hazard& start, const ExpectedDiscontent& expected, double days) {
  constexpr int kLives = 40'000;
  int left = 0;
  for (int life = 0; life < kLives; ++life) {
    Dice dice(7, Dice::Use::kListenerLife, static_cast<uint64_t>(life));
    Hazard hazard = start;
    hazard.threshold = dice.Exponential();
    bool now = true;
    double at = 0;
    while (true) {
      const auto& sessions = now ? expected.now : expected.other;
      const double changes = now ? expected.leaves_level_a_day : expected.returns_to_level_a_day;
      at += dice.Exponential() / (sessions.a_day + changes);
      hazard.AdvanceTo(static_cast<int64_t>(std::min(at, days) * kDayMs), kFading);
      if (at >= days) break;
      if (dice.Chance(changes / (sessions.a_day + changes))) {
        now = !now;
      } else {
        hazard.discontent += sessions.added_by_each * dice.Exponential();
      }
    }
    if (hazard.due()) ++left;
  }
  return static_cast<double>(left) / kLives;
}

TEST(HazardTest, ProbabilityToLeaveIsTheShareThatLeaves) {
  const Hazard hazard{.base = 0.002, .discontent = 0.01};
  const ExpectedDiscontent calm = {.now = {0.5, 0.001}, .other = {0.5, 0.001}};
  const ExpectedDiscontent fickle = {
      .now = {1, 0.02}, .other = {1, 0}, .leaves_level_a_day = 0.1, .returns_to_level_a_day = 0.05};
  for (const ExpectedDiscontent& expected : {calm, fickle}) {
    for (const double days : {5.0, 30.0}) {
      // The standard error is 0.0025 at most.
      EXPECT_NEAR(ProbabilityToLeave(hazard, expected, kFading, days),
                  ShareThatLeaves(hazard, expected, days), 0.01);
    }
  }
}

}  // namespace
}  // namespace cadenza::simulate

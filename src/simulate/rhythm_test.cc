#include "simulate/rhythm.h"

#include <gtest/gtest.h>

#include <limits>

namespace cadenza::simulate {
namespace {

constexpr int64_t kThursdayMs = 17'836 * kDayMs;  // 2018-11-01

Profile DayProfile() {
  Profile profile;
  profile.hours.fill(0);
  for (size_t hour = 12; hour < 18; ++hour) profile.hours[hour] = 1;
  profile.weekdays.fill(1);
  return profile;
}

TEST(RhythmTest, AUsualDayPassesInADayAndNothingAtNight) {
  const Rhythm rhythm(DayProfile(), {});
  EXPECT_EQ(rhythm.After(kThursdayMs + 15 * kHourMs, 1), kThursdayMs + 39 * kHourMs);
  EXPECT_EQ(rhythm.After(kThursdayMs, 0.5), kThursdayMs + 15 * kHourMs);
  EXPECT_EQ(rhythm.After(kThursdayMs, 70.5), kThursdayMs + 70 * kDayMs + 15 * kHourMs);
}

TEST(RhythmTest, WeekdaysCount) {
  Profile profile = DayProfile();
  profile.weekdays = {0, 0, 0, 7, 0, 0, 0};  // Thursdays only
  const Rhythm rhythm(profile, {});
  EXPECT_EQ(rhythm.After(kThursdayMs, 7 + 3.5), kThursdayMs + 7 * kDayMs + 15 * kHourMs);
}

TEST(RhythmTest, SurgesShortenAndOutagesLengthen) {
  const int64_t noon = kThursdayMs + 12 * kHourMs;
  const Rhythm surge(DayProfile(), {{"surge", noon, noon + 2 * kHourMs, 3}});
  EXPECT_NEAR(static_cast<double>(surge.After(noon, 0.5)), static_cast<double>(noon + kHourMs), 1);
  const Rhythm outage(DayProfile(), {{"outage", noon, noon + 2 * kHourMs, 0}});
  EXPECT_NEAR(static_cast<double>(outage.After(noon, 0.5)), static_cast<double>(noon + 5 * kHourMs),
              1);
  EXPECT_TRUE(outage.OutageAt(noon));
  EXPECT_FALSE(outage.OutageAt(noon + 2 * kHourMs));
  EXPECT_FALSE(surge.OutageAt(noon));
}

TEST(RhythmTest, SomewhenOnADayIsThatDay) {
  const Rhythm rhythm(DayProfile(), {});
  Dice dice(1, Dice::Use::kListenerLife, 0);
  for (int i = 0; i < 1000; ++i) {
    const int64_t moment = rhythm.SomewhenOnDay(kThursdayMs + 3, &dice);
    EXPECT_GE(moment, kThursdayMs + 12 * kHourMs);
    EXPECT_LE(moment, kThursdayMs + 18 * kHourMs);
  }
}

}  // namespace
}  // namespace cadenza::simulate

#include "alerts/seasonal_rule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "alerts/made_traffic.h"
#include "alerts/replay.h"

namespace cadenza::alerts {
namespace {

struct Count {
  double weeks = 0;
  int64_t alarms = 0;
};

/// False alarms over many worlds of pure noise.
Count FalseAlarms(const MadeTraffic& traffic, int seeds, double alarms_per_week = 1) {
  Count all;
  SeasonalOptions options;
  options.alarms_per_week = alarms_per_week;
  for (int seed = 1; seed <= seeds; ++seed) {
    const Series series = MakeSeries(traffic, static_cast<uint64_t>(seed));
    SeasonalRule rule(&series, options);
    std::vector<Alert> alerts;
    int64_t judged = 0;
    for (size_t i = 0; i < series.windows.size(); ++i) judged += rule.Judge(i, &alerts);
    all.weeks += static_cast<double>(judged) / series.windows_a_week();
    for (const Alert& alert : alerts) all.alarms += alert.is_open;
  }
  return all;
}

/// More than this is no chance (one time in a thousand) when the budget holds.
double MostOf(double allowed) { return allowed + 3.1 * std::sqrt(allowed); }

struct NoiseCase {
  const char* name;
  MadeTraffic traffic;
};

class FalseAlarmTest : public testing::TestWithParam<NoiseCase> {};

TEST_P(FalseAlarmTest, StayWithinTheBudget) {
  const Count one = FalseAlarms(GetParam().traffic, 25);
  RecordProperty("alarms", static_cast<int>(one.alarms));
  std::printf("%s: %ld alarms in %.0f weeks\n", GetParam().name, static_cast<long>(one.alarms),
              one.weeks);
  EXPECT_GT(one.weeks, 90);
  EXPECT_LE(static_cast<double>(one.alarms), MostOf(one.weeks));
}

INSTANTIATE_TEST_SUITE_P(Noise, FalseAlarmTest,
                         testing::Values(NoiseCase{"flat", {.has_day = false, .has_week = false}},
                                         NoiseCase{"week", {}}, NoiseCase{"quiet", {.mean = 0.7}},
                                         NoiseCase{"few", {.mean = 8}},
                                         NoiseCase{"bunched", {.overdispersion = 0.03}},
                                         NoiseCase{"loud", {.mean = 4000, .overdispersion = 0.003}},
                                         NoiseCase{"wandering", {.drift = 0.08}},
                                         NoiseCase{"hours", {.step_ms = kHourMs}}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SeasonalRuleTest, ABudgetOfTenIsTenTimesThatOfOne) {
  const Count ten = FalseAlarms({}, 6, 10);
  EXPECT_LE(static_cast<double>(ten.alarms), MostOf(10 * ten.weeks));
  EXPECT_GE(static_cast<double>(ten.alarms), ten.weeks) << "a rule that never fires is no rule";
}

TEST(SeasonalRuleTest, ThePublishedRuleFiresTwentyFourTimesADayOnNoise) {
  const Series series = MakeSeries({.has_day = false, .has_week = false}, 7);
  const std::vector<RuleReplay> replays = Replay({series}, {}, false);
  const double a_day = replays[0].a_day(replays[0].fired_windows);
  EXPECT_GT(a_day, 21);
  EXPECT_LT(a_day, 25);
}

struct IncidentCase {
  const char* name;
  double factor;
  int64_t minutes;
  AlertKind kind;
  int64_t windows_max;  ///< until it is seen, counted from the first window with it
  double mean = 160;
};

class DetectionTest : public testing::TestWithParam<IncidentCase> {};

TEST_P(DetectionTest, IsSeenAndCloses) {
  const IncidentCase& incident = GetParam();
  for (int seed = 1; seed <= 12; ++seed) {
    MadeTraffic traffic{.mean = incident.mean, .days = 36};
    // At another time of another day each.
    const int64_t begin_ms = (20270LL + 30) * kDayMs + seed * 9 * kHourMs + seed * 5 * kMinuteMs;
    const Series series = MakeSeries(traffic, static_cast<uint64_t>(seed), [&](int64_t ms) {
      const bool is_in = ms >= begin_ms && ms < begin_ms + incident.minutes * kMinuteMs;
      return is_in ? incident.factor : 1.0;
    });
    const std::vector<RuleReplay> replays = Replay({series}, {}, false);
    int64_t seen_ms = -1, over_ms = -1;
    for (const Alert& alert : replays[2].alerts) {
      if (alert.kind != incident.kind || alert.window_start_ms < begin_ms) continue;
      if (alert.is_open && seen_ms < 0) seen_ms = alert.window_start_ms;
      if (!alert.is_open && seen_ms >= 0 && over_ms < 0) over_ms = alert.window_start_ms;
    }
    ASSERT_GE(seen_ms, 0) << "never seen, seed " << seed;
    EXPECT_LT(seen_ms, begin_ms + incident.windows_max * traffic.step_ms) << seed;
    EXPECT_GT(over_ms, seen_ms) << seed;
    EXPECT_LE(over_ms, begin_ms + incident.minutes * kMinuteMs + 2 * kHourMs) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Incidents, DetectionTest,
    testing::Values(IncidentCase{"three_times", 3, 20, AlertKind::kSpike, 1},
                    IncidentCase{"nothing", 0, 30, AlertKind::kMissing, 1},
                    IncidentCase{"half", 0.5, 60, AlertKind::kDrop, 2},
                    IncidentCase{"half_of_few", 0.4, 180, AlertKind::kDrop, 36, 8},
                    IncidentCase{"a_fifth_less", 0.8, 120, AlertKind::kDrop, 24}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SeasonalRuleTest, AnOutageIsOneAlert) {
  const int64_t begin_ms = (20270LL + 30) * kDayMs + 15 * kHourMs;
  const Series series = MakeSeries({.days = 32}, 3, [&](int64_t ms) {
    return ms >= begin_ms && ms < begin_ms + 4 * kHourMs ? 0.0 : 1.0;
  });
  RuleReplay replay = Replay({series}, {}, false)[2];
  std::erase_if(replay.alerts, [&](const Alert& alert) { return alert.opened_ms < begin_ms; });
  EXPECT_EQ(replay.Opened(), 1);
  EXPECT_EQ(replay.Opened(AlertKind::kMissing), 1);
}

/// Incidents from day 30 on of traffic that has a factor from then on.
int64_t IncidentsOf(const MadeTraffic& traffic, uint64_t seed,
                    const std::function<double(int64_t since_ms)>& factor) {
  const int64_t begin_ms = (20270LL + 30) * kDayMs + 11 * kHourMs;
  const Series series = MakeSeries(
      traffic, seed, [&](int64_t ms) { return ms < begin_ms ? 1.0 : factor(ms - begin_ms); });
  RuleReplay replay = Replay({series}, {}, false)[2];
  std::erase_if(replay.alerts, [&](const Alert& alert) { return alert.opened_ms < begin_ms; });
  return replay.Opened();
}

TEST(SeasonalRuleTest, NormalTrafficAfterAnOutageIsNoSpike) {
  for (const int64_t hours : {6, 24, 48}) {
    for (const double mean : {8.0, 160.0, 2000.0}) {
      int64_t incidents = 0;
      for (uint64_t seed = 1; seed <= 4; ++seed) {
        incidents += IncidentsOf({.mean = mean, .days = 34}, seed, [&](int64_t since_ms) {
          return since_ms < hours * kHourMs ? 0.0 : 1.0;
        });
      }
      EXPECT_LE(incidents, 5) << hours << " hours, mean " << mean;
      EXPECT_GE(incidents, 4) << hours << " hours, mean " << mean;
    }
  }
}

TEST(SeasonalRuleTest, AStepToANewLevelIsOneIncident) {
  for (const double step : {1.3, 0.7, 3.0}) {
    int64_t incidents = 0;
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      incidents += IncidentsOf({.days = 44}, seed, [&](int64_t) { return step; });
    }
    // Eight weeks of noise in all have some false alarms.
    EXPECT_LE(incidents, 4 + 8) << step;
    EXPECT_GE(incidents, 4) << step;
  }
}

TEST(SeasonalRuleTest, WhatReturnsEveryWeekIsNoAlarm) {
  // Twice as many every Monday from 18 to 19.
  const Series series = MakeSeries({.days = 49}, 5, [](int64_t ms) {
    return ms / kDayMs % 7 == 4 && ms % kDayMs / kHourMs == 18 ? 2.0 : 1.0;
  });
  SeasonalOptions options;
  SeasonalRule rule(&series, options);
  std::vector<Alert> alerts;
  for (size_t i = 0; i < series.windows.size(); ++i) {
    if (i >= 28 * 288) rule.Judge(i, &alerts);
  }
  int64_t opened = 0;
  for (const Alert& alert : alerts) opened += alert.is_open;
  EXPECT_LE(opened, 5);
}

TEST(SeasonalRuleTest, OldIncidentsDoNotMakeItDeaf) {
  const int64_t day = 20270;
  const auto incidents = [&](int64_t ms) {
    // A crash and a rush in the history, then half for an hour.
    if (ms >= (day + 10) * kDayMs && ms < (day + 10) * kDayMs + 6 * kHourMs) return 0.0;
    if (ms >= (day + 17) * kDayMs && ms < (day + 17) * kDayMs + 2 * kHourMs) return 5.0;
    if (ms >= (day + 31) * kDayMs && ms < (day + 31) * kDayMs + kHourMs) return 0.5;
    return 1.0;
  };
  const Series series = MakeSeries({.days = 32}, 11, incidents);
  const RuleReplay replay = Replay({series}, {}, false)[2];
  const auto seen = std::ranges::find_if(replay.alerts, [&](const Alert& alert) {
    return alert.is_open && alert.kind == AlertKind::kDrop &&
           alert.window_start_ms >= (day + 31) * kDayMs;
  });
  ASSERT_NE(seen, replay.alerts.end());
  EXPECT_LT(seen->window_start_ms, (day + 31) * kDayMs + 20 * kMinuteMs);
}

TEST(SeasonalRuleTest, JudgingInPartsIsJudgingAtOnce) {
  const auto rush = [](int64_t ms) { return ms / kHourMs % 51 == 0 ? 2.0 : 1.0; };
  const Series series = MakeSeries({.days = 36}, 13, rush);
  const std::vector<Alert> whole = Replay({series}, {}, false)[2].alerts;
  std::mt19937_64 random(1);
  std::vector<Alert> parts;
  IncidentState state;
  for (size_t begin = 0; begin < series.windows.size();) {
    const size_t end = std::min(series.windows.size(), begin + 1 + random() % 700);
    // What is read is no more than what the rule looks back to.
    Series read = series;
    const size_t from = begin > 32 * 288 ? begin / 288 * 288 - 31 * 288 : 0;
    read.windows.assign(series.windows.begin() + static_cast<std::ptrdiff_t>(from),
                        series.windows.begin() + static_cast<std::ptrdiff_t>(end));
    SeasonalRule rule(&read, {}, state);
    for (size_t i = begin; i < end; ++i) rule.Judge(i - from, &parts);
    const Result<IncidentState> kept = IncidentState::FromJson(rule.state().ToJson());
    ASSERT_TRUE(kept.ok());
    state = *kept;
    begin = end;
  }
  ASSERT_GT(whole.size(), 4U);
  ASSERT_EQ(parts.size(), whole.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(parts[i].Id(), whole[i].Id());
    EXPECT_EQ(parts[i].is_open, whole[i].is_open);
    EXPECT_DOUBLE_EQ(parts[i].expected, whole[i].expected);
    EXPECT_DOUBLE_EQ(parts[i].chance, whole[i].chance);
  }
}

TEST(SeasonalRuleTest, SilenceIsMissingData) {
  Series series = MakeSeries({.days = 30}, 17);
  const size_t last = series.windows.size();
  const int64_t next_ms = series.end_ms();
  series.windows.push_back({next_ms, next_ms, 0, -1, true, false});
  SeasonalRule rule(&series, {});
  std::vector<Alert> alerts;
  for (size_t i = last - 288; i < last; ++i) rule.Judge(i, &alerts);
  EXPECT_TRUE(alerts.empty());
  rule.JudgeSilence(last, &alerts);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].kind, AlertKind::kMissing);
}

TEST(SeasonalRuleTest, AWindowThatIsNotOverShowsSpikesOnly) {
  Series series = MakeSeries({.days = 30}, 19);
  const size_t last = series.windows.size() - 1;
  for (const auto& [sessions, alarms] : {std::pair{20, 0}, std::pair{900, 1}}) {
    series.windows[last].sessions = sessions;
    series.windows[last].is_final = false;
    SeasonalRule rule(&series, {});
    std::vector<Alert> alerts;
    rule.JudgeEarly(last, &alerts);
    EXPECT_EQ(alerts.size(), static_cast<size_t>(alarms)) << sessions;
  }
}

}  // namespace
}  // namespace cadenza::alerts

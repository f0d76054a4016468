#include "alerts/replay.h"

#include <algorithm>

#include "alerts/published_rule.h"

namespace cadenza::alerts {
namespace {

void ReplayPublished(const Series& series, bool with_current, RuleReplay* replay) {
  PublishedRule rule(&series, with_current);
  for (size_t i = 0; i < series.windows.size(); ++i) {
    if (!series.IsFinal(i)) continue;
    const std::optional<bool> is_spike = rule.Judge(i, &replay->alerts);
    replay->judged_windows += is_spike.has_value();
    replay->fired_windows += is_spike.value_or(false);
  }
}

void ReplaySeasonal(const Series& series, const SeasonalOptions& options, bool with_provisional,
                    RuleReplay* replay) {
  SeasonalRule rule(&series, options);
  for (size_t i = 0; i < series.windows.size(); ++i) {
    if (series.IsFinal(i)) {
      replay->judged_windows += rule.Judge(i, &replay->alerts);
    } else if (with_provisional && series.windows[i].is_there) {
      replay->judged_windows += rule.JudgeEarly(i, &replay->alerts);
    }
  }
}

}  // namespace

int64_t RuleReplay::Opened() const {
  return std::ranges::count_if(alerts, [](const Alert& alert) { return alert.is_open; });
}

int64_t RuleReplay::Opened(AlertKind kind) const {
  return std::ranges::count_if(
      alerts, [kind](const Alert& alert) { return alert.is_open && alert.kind == kind; });
}

std::vector<RuleReplay> Replay(const std::vector<Series>& all, const SeasonalOptions& options,
                               bool with_provisional) {
  std::vector<RuleReplay> replays(3);
  replays[0].rule = PublishedRule::NameOf(true);
  replays[1].rule = PublishedRule::NameOf(false);
  replays[2].rule = SeasonalRule::kName;
  SeasonalOptions shared = options;
  shared.alarms_per_week /= static_cast<double>(std::max<size_t>(1, all.size()));
  for (const Series& series : all) {
    ReplayPublished(series, true, &replays[0]);
    ReplayPublished(series, false, &replays[1]);
    ReplaySeasonal(series, shared, with_provisional, &replays[2]);
  }
  for (RuleReplay& replay : replays) {
    std::ranges::sort(replay.alerts, {}, &Alert::Order);
    if (all.empty()) continue;
    // Time on the clock: several series run side by side.
    replay.judged_days = static_cast<double>(replay.judged_windows) *
                         static_cast<double>(all.front().step_ms) / static_cast<double>(kDayMs) /
                         static_cast<double>(all.size());
  }
  return replays;
}

}  // namespace cadenza::alerts

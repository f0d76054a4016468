#include "alerts/seasonal_rule.h"

#include <algorithm>

#include "alerts/published_rule.h"

namespace cadenza::alerts {
namespace {

constexpr double kMissingShare = 0.1;
/// An incident is over when what is seen is no rarer than this.
constexpr double kCalmChance = 0.01;
constexpr size_t kCalmWindows = 3;
/// And calm again for a quarter of its own length, at most so long.
constexpr int64_t kCalmMsMax = 3 * kHourMs;
/// What has lasted so long is the new level.
constexpr int64_t kStepMs = 3 * kDayMs;
/// How far back the level looks for windows that no incident explains.
constexpr size_t kLookBackDays = 28;
/// A drop that opened so short a time ago may have been the beginning of an outage.
constexpr int64_t kSameOutageMs = kHourMs;
constexpr double kRatioMin = 0.01;

double TailOf(AlertKind kind, const CountNoise& noise, int64_t sessions) {
  return kind == AlertKind::kSpike ? noise.AtLeast(sessions) : noise.AtMost(sessions);
}

/// So near to what is expected that no tail has to be computed.
bool IsNear(const CountNoise& noise, int64_t sessions) {
  const double off = static_cast<double>(sessions) - noise.mean();
  return off * off < 4 * noise.variance();
}

}  // namespace

SeasonalRule::SeasonalRule(const Series* series, const SeasonalOptions& options,
                           IncidentState state)
    : series_(series),
      options_(options),
      state_(state),
      usual_(series->windows.size()),
      expected_(series->windows.size(), -1) {
  const double chance = std::min(1.0, options.alarms_per_week / series->windows_a_week());
  const auto tests = static_cast<double>(2 * SpansOf(series->step_ms).size());
  side_chance_ = (1 - kMissingShare) * chance / tests;
  missing_chance_ = kMissingShare * chance;
}

const SeasonalBaseline* SeasonalRule::BaselineAt(size_t index) {
  const int64_t day = series_->windows[index].start_ms / kDayMs;
  auto found = baselines_.find(day);
  if (found == baselines_.end()) {
    const size_t end = series_->IndexFrom(day * kDayMs);
    found = baselines_.emplace(day, SeasonalBaseline::Fit(*series_, end, options_.baseline, state_))
                .first;
  }
  return found->second ? &*found->second : nullptr;
}

SeasonalRule::UsualWindow SeasonalRule::UsualAt(size_t index, const SeasonalBaseline& baseline) {
  const SeasonalBaseline* own = BaselineAt(index);
  if (!own) own = &baseline;
  if (usual_[index] <= 0) usual_[index] = own->Usual(series_->windows[index]);
  return {index, usual_[index], own};
}

/// The ratio to what was usual that half of the hours exceed.
double SeasonalRule::MedianRatio(std::span<const UsualWindow> windows) const {
  const auto an_hour = static_cast<size_t>(std::max<int64_t>(1, kHourMs / series_->step_ms));
  std::vector<double> ratios;
  for (size_t first = 0; first < windows.size(); first += an_hour) {
    CountPair hour;
    for (const UsualWindow& one :
         windows.subspan(first, std::min(an_hour, windows.size() - first))) {
      hour.count += static_cast<double>(series_->windows[one.index].sessions);
      hour.expected += one.usual;
    }
    ratios.push_back(hour.count / hour.expected);
  }
  if (ratios.empty()) return 1;
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::ranges::nth_element(ratios, middle);
  return std::max(*middle, kRatioMin);
}

double SeasonalRule::LevelAt(size_t index, const SeasonalBaseline& baseline) {
  const auto a_day = static_cast<size_t>(kDayMs / series_->step_ms);
  const size_t back_max = std::min(index, a_day * kLookBackDays);
  const int64_t now_ms = series_->windows[index].start_ms;
  std::vector<UsualWindow> day;
  day.reserve(a_day);
  for (size_t back = 1; back <= back_max && day.size() < a_day; ++back) {
    if (state_.Explains(series_->windows[index - back].start_ms, now_ms)) continue;
    day.push_back(UsualAt(index - back, baseline));
  }
  double middle = 1;
  if (state_.HasStep(now_ms)) {
    // Baselines of several days differ in their general height, once one has learnt of it.
    for (UsualWindow& one : day) one.usual *= baseline.week() / one.baseline->week();
    middle = MedianRatio(day);
  }
  CountPair sum;
  for (const UsualWindow& one : day) {
    sum.count += one.baseline->Capped(series_->windows[one.index], one.usual * middle);
    sum.expected += one.usual;
  }
  return baseline.Level(sum.count, sum.expected);
}

std::optional<double> SeasonalRule::Expected(size_t index) {
  const SeasonalBaseline* baseline = BaselineAt(index);
  if (!baseline) return std::nullopt;
  if (expected_[index] < 0) {
    expected_[index] = baseline->Usual(series_->windows[index]) * LevelAt(index, *baseline);
  }
  return expected_[index];
}

std::optional<SeasonalRule::Sum> SeasonalRule::SumOf(size_t index, size_t windows) {
  if (windows > index + 1) return std::nullopt;
  Sum sum;
  for (size_t i = index + 1 - windows; i <= index; ++i) {
    const std::optional<double> expected = Expected(i);
    if (!expected) return std::nullopt;
    sum.sessions += series_->windows[i].sessions;
    sum.expected += *expected;
  }
  return sum;
}

Alert SeasonalRule::Describe(AlertKind kind, size_t index, size_t windows,
                             const SeasonalBaseline& baseline) {
  const IncidentState::Incident& incident = state_.Of(kind);
  Alert alert = AlertAt(*series_, index, kName, kind, incident.is_open, incident.opened_ms);
  alert.expected = Expected(index).value_or(0);
  const CountNoise single = baseline.Noise(alert.expected, 1);
  alert.low = static_cast<double>(single.DropUntil(side_chance_) + 1);
  alert.high = static_cast<double>(single.SpikeFrom(side_chance_) - 1);
  if (const std::optional<Sum> sum = SumOf(index, windows)) {
    alert.span_windows = static_cast<int64_t>(windows);
    alert.span_sessions = sum->sessions;
    alert.span_expected = sum->expected;
    alert.chance = TailOf(kind, baseline.Noise(sum->expected, windows), sum->sessions);
  }
  return alert;
}

void SeasonalRule::JudgeMissing(size_t index, const SeasonalBaseline& baseline,
                                std::vector<Alert>* alerts) {
  IncidentState::Incident& incident = state_.missing;
  const Window& window = series_->windows[index];
  if (incident.is_open) {
    // Silence may have been told of windows whose rows came later after all.
    if (window.sessions == 0 || window.start_ms <= incident.opened_ms) return;
    incident.is_open = false;
    incident.clear_ms = window.start_ms;
    // Data come back amid a window.
    state_.drop.clear_ms = window.start_ms + series_->step_ms;
    state_.Close(AlertKind::kMissing, window.start_ms);
    alerts->push_back(Describe(AlertKind::kMissing, index, 1, baseline));
    return;
  }
  if (window.sessions > 0) return;
  if (state_.drop.is_open && window.start_ms - state_.drop.opened_ms < kSameOutageMs) return;
  size_t windows = 0;
  double expected = 0;
  for (; windows <= index && series_->windows[index - windows].sessions == 0; ++windows) {
    const std::optional<double> one = Expected(index - windows);
    if (!one) break;
    expected += *one;
  }
  if (baseline.Noise(expected * ShareLeft(index, windows), windows).AtMost(0) >= missing_chance_) {
    return;
  }
  incident.is_open = true;
  incident.opened_ms = window.start_ms;
  incident.span_windows = static_cast<int64_t>(windows);
  state_.Open(AlertKind::kMissing, series_->windows[index + 1 - windows].start_ms, window.start_ms);
  alerts->push_back(Describe(AlertKind::kMissing, index, windows, baseline));
}

/// Of what is usual, what an open drop has left before the last windows.
double SeasonalRule::ShareLeft(size_t index, size_t windows) {
  if (!state_.drop.is_open) return 1;
  Sum left;
  for (size_t i = index + 1 - windows; i-- > 0;) {
    if (series_->windows[i].start_ms < state_.drop.opened_ms) break;
    left.sessions += series_->windows[i].sessions;
    left.expected += Expected(i).value_or(0);
  }
  if (left.expected <= 0) return 1;
  return std::clamp(static_cast<double>(left.sessions) / left.expected, kRatioMin, 1.0);
}

bool SeasonalRule::IsCalm(AlertKind kind, size_t index, size_t windows,
                          const SeasonalBaseline& baseline) {
  for (const size_t span : {size_t{1}, windows}) {
    const std::optional<Sum> sum = SumOf(index, span);
    if (!sum) continue;
    const CountNoise noise = baseline.Noise(sum->expected, span);
    if (!IsNear(noise, sum->sessions) && TailOf(kind, noise, sum->sessions) < kCalmChance) {
      return false;
    }
  }
  return true;
}

void SeasonalRule::JudgeSide(AlertKind kind, size_t index, const SeasonalBaseline& baseline,
                             std::vector<Alert>* alerts) {
  IncidentState::Incident& incident = state_.Of(kind);
  const Window& window = series_->windows[index];
  if (incident.is_open) {
    const int64_t length_ms = window.start_ms - incident.opened_ms;
    const int64_t calm_needed_ms = std::clamp(length_ms / 4, series_->step_ms, kCalmMsMax);
    const size_t windows = std::max({kCalmWindows, static_cast<size_t>(incident.span_windows),
                                     static_cast<size_t>(calm_needed_ms / series_->step_ms)});
    const bool lasts = length_ms >= kStepMs;
    incident.calm_windows = IsCalm(kind, index, windows, baseline) ? incident.calm_windows + 1 : 0;
    const int64_t calm_ms = incident.calm_windows * series_->step_ms;
    if (!lasts && calm_ms < calm_needed_ms) return;
    incident.is_open = false;
    incident.calm_windows = 0;
    incident.clear_ms = window.start_ms + series_->step_ms;
    if (lasts) {
      const std::optional<Sum> day = SumOf(index, static_cast<size_t>(kDayMs / series_->step_ms));
      state_.CloseAsStep(kind, window.start_ms,
                         day ? std::max(kRatioMin, static_cast<double>(day->sessions) /
                                                       std::max(day->expected, 1.0))
                             : 1);
    } else {
      state_.Close(kind, incident.clear_ms);
    }
    alerts->push_back(Describe(kind, index, 1, baseline));
    return;
  }
  for (const size_t span : baseline.spans()) {
    if (span > index + 1 || series_->windows[index + 1 - span].start_ms < incident.clear_ms) break;
    const std::optional<Sum> sum = SumOf(index, span);
    if (!sum) break;
    const CountNoise noise = baseline.Noise(sum->expected, span);
    if (IsNear(noise, sum->sessions) || TailOf(kind, noise, sum->sessions) >= side_chance_) {
      continue;
    }
    incident.is_open = true;
    incident.opened_ms = window.start_ms;
    incident.span_windows = static_cast<int64_t>(span);
    incident.calm_windows = 0;
    state_.Open(kind, series_->windows[index + 1 - span].start_ms, window.start_ms);
    alerts->push_back(Describe(kind, index, span, baseline));
    return;
  }
}

bool SeasonalRule::Judge(size_t index, std::vector<Alert>* alerts) {
  const SeasonalBaseline* baseline = BaselineAt(index);
  if (!baseline) return false;
  state_.Forget(series_->windows[index].start_ms -
                static_cast<int64_t>(kLookBackDays + 8) * kDayMs);
  JudgeMissing(index, *baseline, alerts);
  // No data at all is its own alert, and no drop beside it.
  if (!state_.missing.is_open) JudgeSide(AlertKind::kDrop, index, *baseline, alerts);
  JudgeSide(AlertKind::kSpike, index, *baseline, alerts);
  return true;
}

bool SeasonalRule::JudgeEarly(size_t index, std::vector<Alert>* alerts) {
  const SeasonalBaseline* baseline = BaselineAt(index);
  if (baseline && !state_.spike.is_open) JudgeSide(AlertKind::kSpike, index, *baseline, alerts);
  return baseline != nullptr;
}

bool SeasonalRule::JudgeSilence(size_t index, std::vector<Alert>* alerts) {
  const SeasonalBaseline* baseline = BaselineAt(index);
  if (baseline) JudgeMissing(index, *baseline, alerts);
  return baseline != nullptr;
}

}  // namespace cadenza::alerts

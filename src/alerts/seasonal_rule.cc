#include "alerts/seasonal_rule.h"

#include <algorithm>

#include "alerts/published_rule.h"

namespace cadenza::alerts {
namespace {

constexpr double kMissingShare = 0.1;
/// An incident is over when what is seen is no rarer than this.
constexpr double kCalmChance = 0.01;
constexpr size_t kCalmWindows = 3;
constexpr double kLongCalmChance = 0.05;
constexpr int64_t kLongCalmMs = 90 * kMinuteMs;
/// A new level is confirmed after a day; one of less than half of the usual, which may be a feed
/// that is broken in part, after a week.
constexpr int64_t kStepMs = kDayMs, kDeepStepMs = 7 * kDayMs;
constexpr double kDeepStep = 0.5;
/// Until the baseline has learned a step: as long as its history.
constexpr int64_t kRememberedMs = 28 * kDayMs;

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
    found = baselines_.emplace(day, SeasonalBaseline::Fit(*series_, end, options_.baseline)).first;
  }
  return found->second ? &*found->second : nullptr;
}

CountPair SeasonalRule::UsualAt(size_t index, const SeasonalBaseline& fallback) {
  CountPair& known = usual_[index];
  if (known.expected > 0) return known;
  const Window& window = series_->windows[index];
  const SeasonalBaseline* own = BaselineAt(index);
  const SeasonalBaseline& baseline = own ? *own : fallback;
  const double usual = baseline.Usual(window);
  const CountPair pair{baseline.Capped(window, usual), usual};
  if (own) known = pair;
  return pair;
}

bool SeasonalRule::IsExplained(size_t before, size_t index) const {
  const int64_t at_ms = series_->windows[before].start_ms,
                now_ms = series_->windows[index].start_ms;
  return std::ranges::any_of(state_.explained, [&](const IncidentState::Explained& span) {
    return span.opened_ms < now_ms && span.confirmed_ms >= now_ms && span.from_ms <= at_ms &&
           at_ms < span.to_ms;
  });
}

bool SeasonalRule::HasStep(size_t index) const {
  const int64_t now_ms = series_->windows[index].start_ms;
  return std::ranges::any_of(state_.explained, [&](const IncidentState::Explained& span) {
    return span.confirmed_ms < now_ms && now_ms < span.confirmed_ms + kRememberedMs;
  });
}

double SeasonalRule::LevelAt(size_t index, const SeasonalBaseline& baseline) {
  const size_t a_day = std::min(index, static_cast<size_t>(kDayMs / series_->step_ms));
  const bool has_step = HasStep(index);
  CountPair day;
  for (size_t i = index - a_day; i < index; ++i) {
    if (!state_.explained.empty() && IsExplained(i, index)) continue;
    const CountPair one = UsualAt(i, baseline);
    day.count += has_step ? static_cast<double>(series_->windows[i].sessions) : one.count;
    day.expected += one.expected;
  }
  return baseline.Level(day.count, day.expected);
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

void SeasonalRule::Open(AlertKind kind, size_t index, size_t windows) {
  const Window& window = series_->windows[index];
  IncidentState::Incident& incident = state_.Of(kind);
  incident.is_open = true;
  incident.opened_ms = window.start_ms;
  incident.span_windows = static_cast<int64_t>(windows);
  std::erase_if(state_.explained, [&](const IncidentState::Explained& span) {
    const bool is_step = span.confirmed_ms < span.kOpen;
    return is_step ? span.confirmed_ms + kRememberedMs < window.start_ms
                   : span.to_ms + 2 * kDayMs < window.start_ms;
  });
  const int64_t from_ms = series_->windows[index + 1 - windows].start_ms;
  state_.explained.push_back({kind, from_ms, window.start_ms});
}

void SeasonalRule::Close(AlertKind kind, int64_t end_ms) {
  state_.Of(kind).is_open = false;
  for (IncidentState::Explained& span : state_.explained) {
    if (span.kind == kind && span.to_ms == span.kOpen) span.to_ms = end_ms;
  }
}

void SeasonalRule::ConfirmStep(AlertKind kind, size_t index) {
  const int64_t now_ms = series_->windows[index].start_ms;
  for (IncidentState::Explained& span : state_.explained) {
    const bool is_open = span.kind == kind && span.to_ms == span.kOpen;
    if (!is_open || span.confirmed_ms < span.kOpen || now_ms - span.from_ms < kStepMs) continue;
    double sessions = 0, expected = 0;
    for (size_t i = index + 1; i > 0 && series_->windows[i - 1].start_ms >= now_ms - kStepMs; --i) {
      sessions += static_cast<double>(series_->windows[i - 1].sessions);
      expected += Expected(i - 1).value_or(0);
    }
    const bool is_deep = sessions < kDeepStep * expected;
    if (!is_deep || now_ms - span.from_ms >= kDeepStepMs) span.confirmed_ms = now_ms;
  }
}

void SeasonalRule::JudgeMissing(size_t index, const SeasonalBaseline& baseline,
                                std::vector<Alert>* alerts) {
  IncidentState::Incident& incident = state_.missing;
  const Window& window = series_->windows[index];
  if (incident.is_open) {
    // Silence may have been told of windows whose rows came later after all.
    if (window.sessions == 0 || window.start_ms <= incident.opened_ms) return;
    Close(AlertKind::kMissing, window.start_ms);
    // This window may have begun within the silence: it is no drop.
    incident.clear_ms = window.start_ms;
    state_.drop.clear_ms = window.start_ms + series_->step_ms;
    alerts->push_back(Describe(AlertKind::kMissing, index, 1, baseline));
    return;
  }
  if (window.sessions > 0) return;
  size_t windows = 0;
  double expected = 0;
  for (; windows <= index && series_->windows[index - windows].sessions == 0; ++windows) {
    const std::optional<double> one = Expected(index - windows);
    if (!one) break;
    expected += *one;
  }
  if (baseline.Noise(expected, windows).AtMost(0) >= missing_chance_) return;
  Open(AlertKind::kMissing, index, windows);
  alerts->push_back(Describe(AlertKind::kMissing, index, windows, baseline));
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
  const int64_t age_ms = series_->windows[index].start_ms - state_.Of(kind).opened_ms;
  const auto half = static_cast<size_t>(std::min(age_ms / 2, kLongCalmMs) / series_->step_ms);
  const std::optional<Sum> sum = half > windows ? SumOf(index, half) : std::nullopt;
  return !sum ||
         TailOf(kind, baseline.Noise(sum->expected, half), sum->sessions) >= kLongCalmChance;
}

void SeasonalRule::JudgeSide(AlertKind kind, size_t index, const SeasonalBaseline& baseline,
                             std::vector<Alert>* alerts) {
  IncidentState::Incident& incident = state_.Of(kind);
  const Window& window = series_->windows[index];
  if (incident.is_open) {
    const size_t windows = std::max(kCalmWindows, static_cast<size_t>(incident.span_windows));
    ConfirmStep(kind, index);
    if (!IsCalm(kind, index, windows, baseline)) return;
    Close(kind, window.start_ms + series_->step_ms);
    incident.clear_ms = window.start_ms + series_->step_ms;
    alerts->push_back(Describe(kind, index, 1, baseline));
    return;
  }
  // An outage is missing data, and no drop before that.
  if (kind == AlertKind::kDrop && window.sessions == 0) return;
  for (const size_t span : baseline.spans()) {
    if (span > index + 1 || series_->windows[index + 1 - span].start_ms < incident.clear_ms) break;
    const std::optional<Sum> sum = SumOf(index, span);
    if (!sum) break;
    const CountNoise noise = baseline.Noise(sum->expected, span);
    if (IsNear(noise, sum->sessions) || TailOf(kind, noise, sum->sessions) >= side_chance_) {
      continue;
    }
    Open(kind, index, span);
    alerts->push_back(Describe(kind, index, span, baseline));
    return;
  }
}

bool SeasonalRule::Judge(size_t index, std::vector<Alert>* alerts) {
  const SeasonalBaseline* baseline = BaselineAt(index);
  if (!baseline) return false;
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

#include "alerts/published_rule.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace cadenza::alerts {

RecentWindows RecentOf(const Series& series, size_t index, bool with_current) {
  const size_t end = index + (with_current ? 1 : 0);
  const size_t begin = end - std::min(end, kRecentWindows);
  std::vector<double> counts;
  for (size_t at = begin; at < end; ++at) {
    counts.push_back(static_cast<double>(series.windows[at].sessions));
  }
  if (counts.empty()) return {};
  RecentWindows recent;
  recent.is_whole = counts.size() == kRecentWindows;
  recent.average =
      std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  std::ranges::sort(counts);
  const double rank = 0.95 * static_cast<double>(counts.size() - 1);
  const auto below = static_cast<size_t>(rank);
  const size_t above = std::min(below + 1, counts.size() - 1);
  recent.p95 =
      counts[below] + (rank - static_cast<double>(below)) * (counts[above] - counts[below]);
  return recent;
}

std::optional<bool> PublishedRule::Judge(size_t index, std::vector<Alert>* alerts) {
  const RecentWindows recent = RecentOf(*series_, index, with_current_);
  if (!recent.is_whole) return std::nullopt;
  const Window& window = series_->windows[index];
  const bool is_spike = static_cast<double>(window.sessions) > recent.p95;
  IncidentState::Incident& incident = state_.spike;
  if (is_spike == incident.is_open) return is_spike;
  incident.is_open = is_spike;
  if (is_spike) incident.opened_ms = window.start_ms;
  Alert& alert = alerts->emplace_back(AlertAt(*series_, index, NameOf(with_current_),
                                              AlertKind::kSpike, is_spike, incident.opened_ms));
  alert.recent_avg = recent.average;
  alert.recent_p95 = alert.high = recent.p95;
  return is_spike;
}

Alert AlertAt(const Series& series, size_t index, const char* rule, AlertKind kind, bool is_open,
              int64_t opened_ms) {
  const Window& window = series.windows[index];
  const RecentWindows recent = RecentOf(series, index, true);
  Alert alert;
  alert.rule = rule;
  alert.series = series.name;
  alert.counted = series.counted;
  alert.kind = kind;
  alert.is_open = is_open;
  alert.opened_ms = opened_ms;
  alert.window_start_ms = window.start_ms;
  alert.window_end_ms = window.start_ms + series.size_ms;
  alert.sessions = alert.span_sessions = window.sessions;
  alert.customers = window.customers;
  alert.recent_avg = recent.average;
  alert.recent_p95 = recent.p95;
  alert.is_final = window.is_final;
  return alert;
}

}  // namespace cadenza::alerts

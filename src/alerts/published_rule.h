#pragma once

#include <optional>
#include <vector>

#include "alerts/alert.h"
#include "alerts/incident_state.h"
#include "alerts/window_series.h"

namespace cadenza::alerts {

/// What the published rule looks at: the last 12 windows.
struct RecentWindows {
  double average = 0;
  double p95 = 0;         ///< exact, linear between the two nearest ranks
  bool is_whole = false;  ///< there are 12
};

inline constexpr size_t kRecentWindows = 12;

/// Up to the window at `index`, with it or without.
RecentWindows RecentOf(const Series& series, size_t index, bool with_current);

/// The published rule: a window is a spike when it has more sessions than the 95th percentile of
/// the last 12 windows. These include the window itself, as published, or end before it. With
/// itself inside, the rule asks no more than that it is the greatest of 12, which on pure noise is
/// so one time in 12: 24 times a day of 5-minute windows.
class PublishedRule {
 public:
  /// The series must outlive the rule.
  PublishedRule(const Series* series, bool with_current, IncidentState state = {})
      : series_(series), with_current_(with_current), state_(state) {}

  static const char* NameOf(bool with_current) {
    return with_current ? "published" : "published-past";
  }
  /// Whether the window is a spike; nullopt with fewer than 12 windows to compare with. Spikes one
  /// after the other are one alert. Windows have to be judged in their order, each once.
  std::optional<bool> Judge(size_t index, std::vector<Alert>* alerts);
  const IncidentState& state() const { return state_; }

 private:
  const Series* series_;
  bool with_current_;
  IncidentState state_;
};

/// The fields of an alert that come from the window itself.
Alert AlertAt(const Series& series, size_t index, const char* rule, AlertKind kind, bool is_open,
              int64_t opened_ms);

}  // namespace cadenza::alerts

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alerts/alert.h"
#include "alerts/seasonal_rule.h"
#include "alerts/window_series.h"

namespace cadenza::alerts {

/// When a rule would have fired on past windows.
struct RuleReplay {
  std::string rule;
  int64_t judged_windows = 0;
  double judged_days = 0;
  int64_t fired_windows = 0;  ///< of the published rule: windows that are spikes, merged or not
  std::vector<Alert> alerts;  ///< openings and ends, by time

  int64_t Opened() const;
  int64_t Opened(AlertKind kind) const;
  double a_day(int64_t count) const {
    return judged_days > 0 ? static_cast<double>(count) / judged_days : 0;
  }
};

/// The published rule with the current window and without, and the rule with the budget; which is
/// shared out where there are several series. Windows that are not final are left out unless
/// asked for, and then only their spikes are seen.
std::vector<RuleReplay> Replay(const std::vector<Series>& all, const SeasonalOptions& options,
                               bool with_provisional);

}  // namespace cadenza::alerts

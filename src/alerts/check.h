#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alerts/alert.h"
#include "alerts/delivery/dispatch.h"
#include "alerts/seasonal_rule.h"
#include "alerts/window_series.h"
#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::alerts {

struct CheckOptions {
  std::string table;     ///< of the gold layer; empty: UsualWindows of the lake
  SeriesOptions series;  ///< from_ms is set by the check
  SeasonalOptions seasonal;
  bool with_seasonal = true;
  bool with_published = false;
  bool exclude_current = false;   ///< of the published rule
  bool with_provisional = false;  ///< also tell spikes in windows that are not final
  /// The newest window is older than this, watermark and all: missing data. 0: never asked.
  int64_t silent_after_ms = 2 * kHourMs;
  /// Alerts of windows that ended earlier than this before now are recorded and not delivered.
  int64_t deliver_within_ms = kDayMs;
  DeliveryOptions delivery;
  /// Asked while another run writes to the lake; empty: fail at once.
  std::function<bool()> keep_waiting;
  Pacing pacing;  ///< empty: the clock of the machine
};

struct CheckSummary {
  int64_t run = 0;                         ///< that recorded it; 0: nothing was to be recorded
  std::string table;                       ///< whose windows were judged
  int64_t judged_windows = 0;              ///< by all rules and series
  int64_t learning_series = 0;             ///< series with too little history for the seasonal rule
  std::vector<Alert> alerts;               ///< opened or closed since the last check
  std::vector<DeliveryRecord> deliveries;  ///< attempts that were made
  std::vector<std::string> warnings;       ///< deliveries that failed
};

/// Judges the windows that became final since the last check, and records what opened or closed in
/// gold.sessions_alerts, in one run together with how far it came: each alert once, however often
/// and wherever it is called. Then delivers what is due, and records each attempt. A delivery is
/// claimed in the lake before it is made, so that two checks at once do not both make it; one that
/// is cut short is made again, under the same key (at least once).
/// Nothing new: nothing is written. A delivery that fails is no error of the check.
Result<CheckSummary> Check(lake::Lake* lake, const CheckOptions& options);

/// Tells of a failed job on all channels, and records it in ops.deliveries where the lake (nullptr:
/// none) can be written to within some seconds. Never fails: what went wrong is in the warnings.
CheckSummary NotifyFailure(lake::Lake* lake, const JobFailure& failure,
                           const DeliveryOptions& delivery, const Pacing& pacing = {});

}  // namespace cadenza::alerts

#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "alerts/alert.h"
#include "alerts/delivery/dispatch.h"
#include "alerts/incident_state.h"
#include "base/result.h"
#include "lake/run.h"

namespace cadenza::alerts {

/// How far a rule has judged a series of a table.
struct CheckPoint {
  int64_t judged_until_ms = 0;
  IncidentState state;

  bool operator==(const CheckPoint& other) const {
    return judged_until_ms == other.judged_until_ms && state.ToJson() == other.state.ToJson();
  }
};
struct CheckKey {
  std::string windows_table, rule, series;
  auto operator<=>(const CheckKey&) const = default;
};
using CheckPoints = std::map<CheckKey, CheckPoint>;

// gold.sessions_alerts, ops.alert_checks and ops.deliveries: rows to structs and back. What does
// not exist yet is empty.
Result<CheckPoints> ReadCheckPoints(lake::Lake* lake);
/// Those judged at or after the moment.
Result<std::vector<Alert>> ReadAlerts(lake::Lake* lake, int64_t judged_from_ms);
/// "<alert id>:<state>" of those whose window starts at or after the moment.
Result<std::set<std::string>> ReadAlertKeys(lake::Lake* lake, int64_t window_from_ms);
Result<std::vector<DeliveryRecord>> ReadDeliveries(lake::Lake* lake, int64_t from_ms);

Status StageCheckPoints(lake::Lake* lake, lake::Run* run, const CheckPoints& points,
                        int64_t now_ms);
Status StageAlerts(lake::Lake* lake, lake::Run* run, const std::vector<Alert>& alerts,
                   const std::string& windows_table, int64_t now_ms);
Status StageDeliveries(lake::Lake* lake, lake::Run* run,
                       const std::vector<DeliveryRecord>& records);

}  // namespace cadenza::alerts

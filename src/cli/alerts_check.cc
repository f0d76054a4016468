#include "cli/alerts_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"
#include "cli/alerts_replay.h"
#include "cli/message_text.h"

namespace cadenza::cli {

using nlohmann::json;

json CheckJson(const alerts::CheckSummary& summary, const std::string& lake) {
  json alerts = json::array(), deliveries = json::array();
  for (const alerts::Alert& alert : summary.alerts) alerts.push_back(ToJson(alert));
  for (const alerts::DeliveryRecord& record : summary.deliveries) {
    deliveries.push_back({{"alert_id", record.alert_id},
                          {"state", record.state},
                          {"channel", record.channel},
                          {"attempt", record.attempt},
                          {"result", ResultName(record.result)},
                          {"detail", record.detail}});
  }
  return {{"status", summary.run > 0 ? "done" : "unchanged"},
          {"run", summary.run},
          {"lake", lake},
          {"judged_windows", summary.judged_windows},
          {"learning_series", summary.learning_series},
          {"alerts", alerts},
          {"deliveries", deliveries},
          {"warnings", summary.warnings}};
}

void PrintCheck(const alerts::CheckSummary& summary, const std::string& lake,
                const std::string& table) {
  const auto opened = std::ranges::count_if(summary.alerts, &alerts::Alert::is_open);
  fmt::print("{} of {} in {} judged: {} opened, {} over\n",
             Counted(summary.judged_windows, "window"), table, ShellWord(lake),
             Counted(opened, "alert"), static_cast<int64_t>(summary.alerts.size()) - opened);
  for (const alerts::Alert& alert : summary.alerts) {
    fmt::print("  {:<6} {}\n", alert.State(), AlertLine(alert));
  }
  if (summary.learning_series > 0) {
    fmt::print("  the seasonal rule still learns {}\n",
               summary.learning_series == 1 ? "what is usual" : "what is usual of some series");
  }
  for (const alerts::DeliveryRecord& record : summary.deliveries) {
    fmt::print("  {}: {} {}{}{}\n", record.channel, record.alert_id, ResultName(record.result),
               record.detail.empty() ? "" : ": ", record.detail);
  }
}

}  // namespace cadenza::cli

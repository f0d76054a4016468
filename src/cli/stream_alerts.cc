#include "cli/stream_alerts.h"

#include "cli/alert_flags.h"
#include "cli/alerts_replay.h"
#include "cli/message_text.h"

namespace cadenza::cli {
namespace {

constexpr double kSilenceCheckSeconds = 60;

}  // namespace

Status StreamAlerts::Read(const CLI::App& app, const std::vector<std::string>& configs) {
  CADENZA_ASSIGN(checks_, AlertSettings(app, configs));
  return {};
}

void StreamAlerts::CheckIfDue(lake::Lake* lake, const stream::StreamHealth& health) {
  if (health.table.empty()) return;
  if (health.batches == checked_batches_ && last_check_.seconds() < kSilenceCheckSeconds) return;
  checked_batches_ = health.batches;
  last_check_ = Stopwatch();
  Check(lake, health.table);
}

/// Windows are what a stream is for: a check that fails is told, and made again after the next
/// batch.
void StreamAlerts::Check(lake::Lake* lake, const std::string& table) const {
  alerts::CheckOptions checks = checks_;
  checks.table = table;
  const Result<alerts::CheckSummary> check = alerts::Check(lake, checks);
  if (!check.ok()) {
    PrintError("warning: alerts were not checked: {}\n", check.error().message);
    return;
  }
  for (const std::string& warning : check->warnings) PrintError("warning: {}\n", warning);
  if (is_quiet_) return;
  for (const alerts::Alert& alert : check->alerts) {
    PrintError("alert {}: {}\n", alert.State(), AlertLine(alert));
  }
}

}  // namespace cadenza::cli

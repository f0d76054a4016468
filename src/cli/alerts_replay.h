#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "alerts/replay.h"

namespace cadenza::cli {

/// What `cadenza alerts replay` was about, for the heading.
struct ReplayScene {
  std::string source;
  double alarms_per_week = 0.5;
  int64_t min_history_days = 14;
  size_t first = 5;  ///< alerts to show of each rule
};

void PrintReplay(const std::vector<alerts::Series>& all,
                 const std::vector<alerts::RuleReplay>& replays, const ReplayScene& scene);
nlohmann::json ReplayJson(const std::vector<alerts::Series>& all,
                          const std::vector<alerts::RuleReplay>& replays, const ReplayScene& scene);
/// Each opening and end as a line.
void PrintReplayCsv(const std::vector<alerts::RuleReplay>& replays);

/// One line of text about an alert.
std::string AlertLine(const alerts::Alert& alert);

}  // namespace cadenza::cli

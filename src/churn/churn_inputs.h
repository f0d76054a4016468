#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "churn/listener_days.h"
#include "lake/lake.h"

namespace cadenza::churn {

/// The table churn_inputs in memory: from what the tables of a lake were made.
struct ChurnInputs {
  DayDigests days;
  std::map<std::string, std::string> known;  ///< by cut-off: what was left out
  std::string features, grid, model, scores;

  bool operator==(const ChurnInputs&) const = default;
};

/// As the last run left them; empty before the first.
Result<ChurnInputs> ReadInputs(lake::Lake* lake);
/// SQL for the rows of the table.
std::string InputRows(const ChurnInputs& inputs);

}  // namespace cadenza::churn

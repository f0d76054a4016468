#pragma once

#include <string_view>
#include <vector>

#include "powerbi/project.h"

namespace cadenza::powerbi {

/// The metrics that the program carries (models/metrics), by name.
Result<std::vector<Metric>> CarriedMetrics();

/// One file: lines `-- title: …`, `-- tells: …`, `-- numerator: …`, `-- denominator: …` of its
/// header. kInput without a numerator.
Result<Metric> ParseMetric(std::string_view name, std::string_view text);

}  // namespace cadenza::powerbi

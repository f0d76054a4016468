#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engagement/kpi_job.h"

namespace cadenza::cli {

/// What `cadenza kpi --json` prints.
nlohmann::json SummaryJson(const engagement::KpiSummary& summary, const std::string& lake);

/// The same for people, on standard output.
void PrintSummary(const engagement::KpiSummary& summary, const std::string& lake);

}  // namespace cadenza::cli

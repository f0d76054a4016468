#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "warehouse/etl.h"

namespace cadenza::cli {

/// What `cadenza etl --json` prints.
nlohmann::json SummaryJson(const warehouse::EtlSummary& summary, const std::string& lake,
                           const std::string& format);

/// The same for people, on standard output.
void PrintSummary(const warehouse::EtlSummary& summary, const std::string& lake,
                  const std::string& format);

/// A hint for each source of which no line is good.
std::vector<std::string> SwapWarnings(const warehouse::EtlSummary& summary);

}  // namespace cadenza::cli

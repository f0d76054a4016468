#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "churn/churn_job.h"

namespace cadenza::cli {

/// What `cadenza churn` did: ten lines, or one JSON object.
void PrintChurn(const churn::ChurnSummary& summary, const churn::ChurnOptions& options,
                const std::string& lake);
nlohmann::json ChurnJson(const churn::ChurnSummary& summary, const std::string& lake);

}  // namespace cadenza::cli

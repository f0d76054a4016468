#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "alerts/check.h"

namespace cadenza::cli {

void PrintCheck(const alerts::CheckSummary& summary, const std::string& lake,
                const std::string& table);
nlohmann::json CheckJson(const alerts::CheckSummary& summary, const std::string& lake);

}  // namespace cadenza::cli

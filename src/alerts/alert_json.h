#pragma once

#include <nlohmann/json_fwd.hpp>

#include "alerts/alert.h"

namespace cadenza::alerts {

/// An alert as the commands print it and as it is delivered; fields as in gold.sessions_alerts.
nlohmann::json ToJson(const Alert& alert);

/// yyyy-mm-ddThh:mm:ssZ
std::string IsoText(int64_t ms);

}  // namespace cadenza::alerts

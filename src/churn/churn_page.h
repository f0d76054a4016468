#pragma once

#include <string>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::churn {

/// Writes churn.html: who is at risk and why, how good the models are, what offers are worth.
/// kUsage when the lake has no scores yet.
Status WriteChurnPage(lake::Lake* lake, const std::string& path);

}  // namespace cadenza::churn

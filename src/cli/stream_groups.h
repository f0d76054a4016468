#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::cli {

/// kUsage for columns of --group that windows cannot be grouped by: too many, one twice, or one
/// that windows have already.
Status CheckGroups(const std::vector<std::string>& groups);

}  // namespace cadenza::cli

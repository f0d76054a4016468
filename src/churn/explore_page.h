#pragma once

#include <string>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::churn {

/// Writes a page of churn_explore: users by level, gender, state, device; weekdays, hours, what is
/// done on a day; those who cancelled beside those who stayed; missing values.
Status WriteExplorePage(lake::Lake* lake, const std::string& path);

}  // namespace cadenza::churn

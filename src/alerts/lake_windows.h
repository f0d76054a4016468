#pragma once

#include <string>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::alerts {

/// The table of windows that nobody has to name: sessions_5m, or events_5m where the lake has only
/// that one.
std::string UsualWindows(const lake::Manifest& manifest);

/// The gold table of windows, sessions_5m or gold.sessions_5m, bound under a name. Also one that
/// another program made. kNotFound where the lake has none.
Status BindLakeWindows(lake::Lake* lake, const std::string& table, const std::string& name);

}  // namespace cadenza::alerts

#pragma once

#include <string>
#include <vector>

#include "stream/window.h"

namespace cadenza::stream {

/// The rows of the window table as an endless query of Spark over events with event_time,
/// customer_id and group_1 ...; final windows only. `groups` are the names of the table's columns,
/// `counted` is that of what it counts.
std::string ClusterWindows(const WindowSpec& window, const std::vector<std::string>& groups,
                           const std::string& events, const std::string& counted);

/// "300 seconds", as Spark writes durations.
std::string SparkDuration(int64_t microseconds);

}  // namespace cadenza::stream

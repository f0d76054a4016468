#pragma once

#include <map>
#include <optional>
#include <string>

namespace cadenza::warehouse {

using NamedPartitionValues = std::map<std::string, std::optional<std::string>>;

/// yyyy-mm of a file that is partitioned by year and month.
std::string MonthOfFile(const NamedPartitionValues& values);
/// yyyy-mm-dd of a file of events; empty: it has none.
std::string DayOfFile(const NamedPartitionValues& values);
/// yyyy-mm
std::string MonthOfDay(const std::string& day);

}  // namespace cadenza::warehouse

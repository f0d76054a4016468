#pragma once

#include <map>
#include <optional>
#include <string>

namespace cadenza::delta {

/// Of a partition column, as the log says it; nothing: NULL, or no such column.
inline std::optional<std::string> PartitionValue(
    const std::map<std::string, std::optional<std::string>>& values, const std::string& column) {
  const auto found = values.find(column);
  return found == values.end() ? std::nullopt : found->second;
}

}  // namespace cadenza::delta

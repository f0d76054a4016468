#include "warehouse/file_days.h"

#include <fmt/format.h>

namespace cadenza::warehouse {

std::optional<std::string> PartitionValue(const NamedPartitionValues& values,
                                          const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : found->second;
}

std::string MonthOfFile(const NamedPartitionValues& values) {
  const std::string year = PartitionValue(values, "year").value_or("0");
  const std::string month = PartitionValue(values, "month").value_or("0");
  return fmt::format("{:0>4}-{:0>2}", year, month);
}

std::string DayOfFile(const NamedPartitionValues& values) {
  return PartitionValue(values, "event_date").value_or("");
}

std::string MonthOfDay(const std::string& day) { return day.substr(0, 7); }

}  // namespace cadenza::warehouse

#include "warehouse/file_days.h"

#include <fmt/format.h>

#include "delta/partition_value.h"

namespace cadenza::warehouse {

std::string MonthOfFile(const NamedPartitionValues& values) {
  const std::string year = delta::PartitionValue(values, "year").value_or("0");
  const std::string month = delta::PartitionValue(values, "month").value_or("0");
  return fmt::format("{:0>4}-{:0>2}", year, month);
}

std::string DayOfFile(const NamedPartitionValues& values) {
  return delta::PartitionValue(values, "event_date").value_or("");
}

std::string MonthOfDay(const std::string& day) { return day.substr(0, 7); }

}  // namespace cadenza::warehouse

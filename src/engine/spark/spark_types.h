#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cadenza::engine {

/// Spark's name of a type as models write it: string is VARCHAR, timestamp is TIMESTAMP WITH TIME
/// ZONE, timestamp_ntz is TIMESTAMP. Types that have no such name stay, in capitals.
std::string FromSparkType(std::string_view type);

/// The other way, for columns of Parquet files: as Spark declares what the embedded engine finds.
/// Nothing for nested types and times of day.
std::optional<std::string> ToSparkType(std::string_view type);

}  // namespace cadenza::engine

#include "engine/spark/spark_types.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cadenza::engine {
namespace {

struct SparkTypeName {
  std::string_view sparks, own;
};
constexpr auto kSparkTypes = std::to_array<SparkTypeName>({
    {"string", "VARCHAR"},
    {"int", "INTEGER"},
    {"timestamp", "TIMESTAMP WITH TIME ZONE"},
    {"timestamp_ntz", "TIMESTAMP"},
    {"binary", "BLOB"},
});

/// What columns of Parquet files are to each.
constexpr auto kOfParquet = std::to_array<SparkTypeName>({
    {"BYTE", "TINYINT"},
    {"SHORT", "SMALLINT"},
    {"SHORT", "UTINYINT"},
    {"INT", "USMALLINT"},
    {"BIGINT", "UINTEGER"},
    {"DECIMAL(20,0)", "UBIGINT"},
    {"STRING", "ENUM"},
    {"STRING", "JSON"},
    {"STRING", "VARCHAR"},
    {"INT", "INTEGER"},
    {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"},
    {"TIMESTAMP_NTZ", "TIMESTAMP"},
    {"TIMESTAMP_NTZ", "TIMESTAMP_NS"},
    {"TIMESTAMP_NTZ", "TIMESTAMP_MS"},
    {"TIMESTAMP_NTZ", "TIMESTAMP_S"},
    {"BINARY", "BLOB"},
    {"BIGINT", "BIGINT"},
    {"DOUBLE", "DOUBLE"},
    {"FLOAT", "FLOAT"},
    {"BOOLEAN", "BOOLEAN"},
    {"DATE", "DATE"},
});

}  // namespace

std::string FromSparkType(std::string_view type) {
  const auto found = std::ranges::find(kSparkTypes, type, &SparkTypeName::sparks);
  if (found != kSparkTypes.end()) return std::string(found->own);
  std::string upper(type);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

std::optional<std::string> ToSparkType(std::string_view type) {
  const bool is_list = type.ends_with(']');
  if (type.starts_with("DECIMAL(") && !is_list) return std::string(type);
  const auto* found = std::ranges::find(kOfParquet, type, &SparkTypeName::own);
  if (found == kOfParquet.end()) return std::nullopt;
  return std::string(found->sparks);
}

}  // namespace cadenza::engine

#include "engine/spark/spark_types.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cadenza::engine {
namespace {

struct TypeName {
  std::string_view sparks, own;
};
constexpr auto kTypes = std::to_array<TypeName>({
    {"string", "VARCHAR"},
    {"int", "INTEGER"},
    {"timestamp", "TIMESTAMP WITH TIME ZONE"},
    {"timestamp_ntz", "TIMESTAMP"},
    {"binary", "BLOB"},
});

}  // namespace

std::string FromSparkType(std::string_view type) {
  const auto found = std::ranges::find(kTypes, type, &TypeName::sparks);
  if (found != kTypes.end()) return std::string(found->own);
  std::string upper(type);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

}  // namespace cadenza::engine

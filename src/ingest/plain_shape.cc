#include "ingest/plain_shape.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "decode/event_columns.h"

namespace cadenza::ingest {
namespace {

using decode::ColumnSpec;
using decode::ColumnType;

constexpr const char* kSpace = R"([ \t\r]*+)";
/// Groups are bounded: Java's matcher recurses into them. Surrogates come in pairs; \u0000 is left
/// out.
constexpr const char* kText =
    R"("[^"\\\x00-\x1F]*+(?:\\(?:["\\/bfnrt]|u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4})"
    R"(|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})[^"\\\x00-\x1F]*+){0,100}+")";
constexpr const char* kWhole = R"((?:0|[1-9][0-9]{0,17})(?:\.0{1,6})?+)";
constexpr const char* kSmallWhole = R"((?:0|[1-9][0-9]{0,8})(?:\.0{1,6})?+)";
constexpr const char* kNanoseconds = R"((?:0|[1-8][0-9]{18}|[1-9][0-9]{0,17})(?:\.0{1,6})?+)";
/// As many digits as are exact in a double that somebody may read on the way.
constexpr const char* kUserNumber = R"((?:0|[1-9][0-9]{0,14})(?:\.0{1,6})?+)";
constexpr const char* kNumber = R"((?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?+)";
constexpr int kKeysMax = decode::kEventColumnCount;

std::string ValueOf(size_t column) {
  if (static_cast<int>(column) == decode::kTime) return kNanoseconds;
  if (static_cast<int>(column) == decode::kUserId) return fmt::format("{}|{}", kText, kUserNumber);
  switch (decode::kEventColumns[column].type) {
    case ColumnType::kText:
      return kText;
    case ColumnType::kInt64:
      return kWhole;
    case ColumnType::kInt32:
      return kSmallWhole;
    case ColumnType::kDouble:
      return kNumber;
  }
  return kText;
}

std::string TypeOf(const ColumnSpec& column) {
  if (column.type == ColumnType::kText) return "STRING";
  return column.type == ColumnType::kDouble ? "DOUBLE" : "DECIMAL(25,6)";
}

/// A number as a whole number's text; a text as it stands, "" as NULL. Spark's text of a number
/// that is no whole one has a point or an exponent.
std::string UserId(std::string_view name) {
  return fmt::format(
      "CASE WHEN (contains(e.{0}, '.') OR contains(e.{0}, 'E')) AND line RLIKE "
      "'\"{0}\"[ \\t\\r]*:[ \\t\\r]*[0-9]' THEN regexp_extract(line, "
      "'\"{0}\"[ \\t\\r]*:[ \\t\\r]*([0-9]+)', 1) ELSE nullif(e.{0}, '') END",
      name);
}

}  // namespace

std::string PlainShape() {
  // By value, so that texts are one alternative and not thirteen.
  std::array<std::pair<std::string, std::string>, kKeysMax> kinds;
  size_t used = 0;
  for (size_t c = 0; c < decode::kEventColumns.size(); ++c) {
    const std::string value = ValueOf(c);
    size_t k = 0;
    while (k < used && kinds[k].first != value) ++k;
    if (k == used) kinds[used++].first = value;
    kinds[k].second += kinds[k].second.empty() ? "" : "|";
    kinds[k].second += decode::kEventColumns[c].json_key;
  }
  std::string field;
  for (size_t k = 0; k < used; ++k) {
    field += fmt::format(R"re({}"(?:{})"{}:{}(?:{}|null))re", k == 0 ? "" : "|", kinds[k].second,
                         kSpace, kSpace, kinds[k].first);
  }
  return fmt::format(R"(\A{0}\{{{0}(?:{1})(?:{0},{0}(?:{1})){{0,{2}}}+{0}\}}{0}\z)", kSpace, field,
                     kKeysMax - 1);
}

std::string PlainSchema() {
  std::string schema;
  for (const ColumnSpec& column : decode::kEventColumns) {
    schema += fmt::format("{}{} {}", schema.empty() ? "" : ", ", column.json_key, TypeOf(column));
  }
  return schema;
}

std::string PlainColumns() {
  std::string list;
  for (size_t c = 0; c < decode::kEventColumns.size(); ++c) {
    const ColumnSpec& column = decode::kEventColumns[c];
    if (static_cast<int>(c) == decode::kTime) continue;
    std::string value = fmt::format("e.{}", column.json_key);
    if (static_cast<int>(c) == decode::kUserId) value = UserId(column.json_key);
    if (column.type == ColumnType::kInt64) value = fmt::format("CAST({} AS BIGINT)", value);
    if (column.type == ColumnType::kInt32) value = fmt::format("CAST({} AS INTEGER)", value);
    list += fmt::format("{}{} AS {}", list.empty() ? "" : ", ", value, column.name);
  }
  return list;
}

}  // namespace cadenza::ingest

#include "delta/statistics.h"

#include "delta/bound_json.h"
#include "delta/json_text.h"

namespace cadenza::delta {
namespace {

void AppendMember(std::string_view name, std::string_view json, std::string* members) {
  if (!members->empty()) *members += ',';
  *members += Quote(name);
  *members += ':';
  *members += json;
}

}  // namespace

std::string StatisticsJson(const Schema& schema, int64_t rows,
                           const std::map<std::string, ColumnRange>& columns) {
  std::string minima;
  std::string maxima;
  std::string null_counts;
  for (const Field& field : schema.fields) {
    const auto found = columns.find(field.name);
    // For a nested column readers expect nested statistics, not a number.
    if (found == columns.end() || field.type.starts_with('{')) continue;
    const ColumnRange& range = found->second;
    AppendMember(field.name, std::to_string(range.null_count), &null_counts);
    if (range.has_nan) continue;
    const auto min = range.min ? BoundJson(field.type, *range.min, Side::kMin) : std::nullopt;
    const auto max = range.max ? BoundJson(field.type, *range.max, Side::kMax) : std::nullopt;
    if (min) AppendMember(field.name, *min, &minima);
    if (max) AppendMember(field.name, *max, &maxima);
  }
  return fmt::format(
      R"({{"numRecords":{},"minValues":{{{}}},"maxValues":{{{}}},"nullCount":{{{}}}}})", rows,
      minima, maxima, null_counts);
}

}  // namespace cadenza::delta

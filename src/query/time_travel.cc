#include "query/time_travel.h"

#include <algorithm>

namespace cadenza::query {
namespace {

bool IsPoint(const engine::SqlText& sql, size_t at) {
  return sql.IsWord(at, "at") && sql.IsSymbol(at + 1, "(") &&
         (sql.IsWord(at + 2, "version") || sql.IsWord(at + 2, "timestamp")) &&
         sql.IsSymbol(at + 3, "=>");
}

/// Of `version as of 3` and `timestamp as of '2026-01-31'`, as Spark and Databricks have it, with
/// or without `for` in front: where the value stands; 0: it is none.
size_t ValueAsOf(const engine::SqlText& sql, size_t at) {
  if (sql.IsWord(at, "for")) ++at;
  const bool by_version = sql.IsWord(at, "version");
  const bool by_time = sql.IsWord(at, "timestamp");
  if ((!by_version && !by_time) || !sql.IsWord(at + 1, "as") || !sql.IsWord(at + 2, "of")) return 0;
  size_t value = at + 3;
  if (by_time && sql.IsWord(value, "timestamp")) ++value;
  const engine::TokenKind kind = sql.at(value).kind;
  const bool is_value =
      kind == engine::TokenKind::kText || (by_version && kind == engine::TokenKind::kNumber);
  return is_value ? value : 0;
}

bool IsVersion(const std::string& text) {
  constexpr size_t kDigitsMax = 18;  // within int64_t
  return !text.empty() && text.size() <= kDigitsMax &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Error NoVersion(const TimeTravel& travel) {
  return MakeError(ErrorKind::kUsage, "not a version of {} (0, 1, 2, ...): {}", travel.table,
                   travel.value);
}

Result<TimeTravel> TravelAt(const engine::SqlText& sql, size_t at) {
  TimeTravel travel;
  travel.first = at - 1;
  travel.table = sql.value(at - 1);
  if (at >= 3 && sql.IsSymbol(at - 2, ".") && sql.IsIdentifier(at - 3)) {
    travel.first = at - 3;
    travel.table = sql.value(at - 3) + "." + travel.table;
  }
  if (const size_t value = ValueAsOf(sql, at); value > 0) {
    travel.by_version = sql.IsWord(at, "version") || sql.IsWord(at + 1, "version");
    travel.value = sql.value(value);
    travel.last = value + 1;
    if (travel.by_version && !IsVersion(travel.value)) return NoVersion(travel);
    return travel;
  }
  travel.by_version = sql.IsWord(at + 2, "version");
  size_t next = at + 4;
  // TIMESTAMP '2026-01-31' means the same as the text alone.
  const bool typed = sql.IsWord(next, "timestamp") || sql.IsWord(next, "timestamptz");
  if (!travel.by_version && typed) ++next;
  while (next < sql.size() && !sql.IsSymbol(next, ")")) travel.value += sql.value(next++);
  travel.last = next + 1;
  if (next == sql.size()) {
    return MakeError(ErrorKind::kUsage, "a ')' is missing after: {} at ({}", travel.table,
                     sql.raw(at + 2));
  }
  if (travel.by_version && !IsVersion(travel.value)) {
    return NoVersion(travel);
  }
  return travel;
}

bool Travels(const engine::SqlText& sql, size_t at) {
  return IsPoint(sql, at) || ValueAsOf(sql, at) > 0;
}

}  // namespace

Result<std::vector<TimeTravel>> FindTimeTravel(const engine::SqlText& sql) {
  std::vector<TimeTravel> all;
  for (size_t at = 0; at < sql.size(); ++at) {
    if (at == 0 || !sql.IsIdentifier(at - 1) || !Travels(sql, at)) continue;
    CADENZA_ASSIGN(TimeTravel travel, TravelAt(sql, at));
    at = travel.last - 1;
    all.push_back(std::move(travel));
  }
  return all;
}

Result<std::optional<TimeTravel>> TimeTravelAfter(const engine::SqlText& sql, size_t relation) {
  if (!Travels(sql, relation + 1)) return std::optional<TimeTravel>();
  CADENZA_ASSIGN(TimeTravel travel, TravelAt(sql, relation + 1));
  return std::optional(std::move(travel));
}

}  // namespace cadenza::query

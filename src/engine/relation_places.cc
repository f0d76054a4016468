#include "engine/relation_places.h"

#include <algorithm>
#include <array>

namespace cadenza::engine {
namespace {

constexpr auto kFunctionsWithFrom =
    std::to_array<std::string_view>({"extract", "overlay", "position", "substring", "trim"});
constexpr auto kEndsOfFrom = std::to_array<std::string_view>(
    {"except", "group", "having", "intersect", "limit", "offset", "order", "qualify", "sample",
     "select", "union", "where", "window"});

template <class List>
bool IsOneOf(const SqlText& sql, size_t at, const List& words) {
  return sql.at(at).kind == TokenKind::kWord && std::ranges::count(words, sql.value(at)) > 0;
}

}  // namespace

bool RelationPlaces::IsFrom(size_t at) const {
  return sql_.IsWord(at, "from") && !(at > 0 && sql_.IsWord(at - 1, "distinct")) &&
         !levels_.back().is_function_with_from;
}

bool RelationPlaces::IsRelation(size_t at) {
  const bool relation = expected_;
  expected_ = false;
  Level& level = levels_.back();
  if (sql_.IsSymbol(at, "(")) {
    levels_.push_back({false, at > 0 && IsOneOf(sql_, at - 1, kFunctionsWithFrom)});
  } else if (sql_.IsSymbol(at, ")")) {
    if (levels_.size() > 1) levels_.pop_back();
  } else if (sql_.IsSymbol(at, ",")) {
    expected_ = level.in_from;
  } else if (IsFrom(at) || sql_.IsWord(at, "join")) {
    expected_ = level.in_from = true;
  } else if (IsOneOf(sql_, at, kEndsOfFrom)) {
    level.in_from = false;
  }
  return relation;
}

}  // namespace cadenza::engine

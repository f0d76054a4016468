#include "serve/share_query.h"

#include <algorithm>

#include "base/utc_time.h"

namespace cadenza::serve {
namespace {

using delta::FindMember;
using delta::Json;
using delta::TextMember;

Result<std::optional<int64_t>> WholeNumber(const Json& said, const char* name) {
  const Json* member = FindMember(said, name);
  if (!member) return std::optional<int64_t>();
  if (member->is_number_integer() && delta::IntegerMember(said, name, -1) >= 0) {
    return std::optional(delta::IntegerMember(said, name));
  }
  return MakeError(ErrorKind::kInput, "{} is a whole number from 0 on: {}", name,
                   delta::ToText(*member));
}

Result<std::optional<int64_t>> Moment(const Json& said, const char* name) {
  const Json* member = FindMember(said, name);
  if (!member) return std::optional<int64_t>();
  const auto ms = ParseUtcMs(TextMember(said, name));
  if (ms) return ms;
  return MakeError(ErrorKind::kInput, "{} is a time such as 2026-01-31T12:00:00Z: {}", name,
                   delta::ToText(*member));
}

/// `column = literal` of a partition column, in either order.
bool MayBeEqual(const Json& children, const delta::AddFile& file) {
  const Json *column = nullptr, *literal = nullptr;
  for (const Json& child : children) {
    if (TextMember(child, "op") == "column") column = &child;
    if (TextMember(child, "op") == "literal") literal = &child;
  }
  if (children.size() != 2 || !column || !literal) return true;
  const auto value = file.partition_values.find(TextMember(*column, "name"));
  const Json* wanted = FindMember(*literal, "value");
  const std::string type = TextMember(*literal, "valueType");
  const bool is_comparable = type == "string" || type == "date" || type == "int" || type == "long";
  if (value == file.partition_values.end() || !wanted || !wanted->is_string() || !is_comparable) {
    return true;
  }
  return value->second && *value->second == wanted->get_ref<const std::string&>();
}

}  // namespace

Result<ShareQuery> ParseShareQuery(const std::string& body) {
  ShareQuery query;
  if (body.empty()) return query;
  CADENZA_ASSIGN(const Json said, delta::ParseObject(body));
  CADENZA_ASSIGN(query.version, WholeNumber(said, "version"));
  CADENZA_ASSIGN(query.limit, WholeNumber(said, "limitHint"));
  CADENZA_ASSIGN(query.as_of_ms, Moment(said, "timestamp"));
  for (const char* name : {"startingVersion", "endingVersion"}) {
    if (!FindMember(said, name)) continue;
    return MakeError(ErrorKind::kInput, "{} belongs to the changes of a table", name);
  }
  const Result<Json> hints = delta::ParseObject(TextMember(said, "jsonPredicateHints"));
  if (hints.ok()) query.hints = *hints;
  return query;
}

bool MayHold(const Json& hints, const delta::AddFile& file) {
  const Json* children = FindMember(hints, "children");
  if (!children || !children->is_array()) return true;
  const std::string op = TextMember(hints, "op");
  const auto holds = [&](const Json& child) { return MayHold(child, file); };
  if (op == "and") return std::ranges::all_of(*children, holds);
  if (op == "or") return children->empty() || std::ranges::any_of(*children, holds);
  return op != "equal" || MayBeEqual(*children, file);
}

}  // namespace cadenza::serve

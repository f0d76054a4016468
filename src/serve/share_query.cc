#include "serve/share_query.h"

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

}  // namespace cadenza::serve

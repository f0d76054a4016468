#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cadenza::http {

/// What a request line asks for, decoded and checked.
struct Target {
  std::string path;  ///< begins with '/'
  std::vector<std::pair<std::string, std::string>> query;
};

/// kInput for a target that a careful server does not answer: not in origin form, a segment that is
/// `.` or `..`, an escaped slash, a backslash, NUL or another control character, wrong escapes,
/// text that is not UTF-8, too many parameters. Plain or escaped makes no difference.
///   "/api/v1/tables/gold.listening?limit=10&where=plays%20%3E%203"
Result<Target> ParseTarget(std::string_view target);

/// What a client asked, whole: its body has arrived.
struct Request {
  std::string method;  ///< GET also for HEAD, which gets the same answer without its body
  Target target;
  std::map<std::string, std::string> headers;     ///< names in lower case
  std::map<std::string, std::string> parameters;  ///< of the route: {table}
  std::string body;
  std::string peer;  ///< the client's address, without the port
  bool is_encrypted = false;
  /// Who asks, as the server's gate found; empty where nobody need say.
  std::string user;
  std::string role;
  std::string tables;  ///< to which who asks is confined; empty: to none

  const std::string& path() const { return target.path; }
  /// Empty when there is none.
  std::string Header(std::string_view lower) const;
  std::string Parameter(std::string_view name) const;
  /// The first of that name.
  std::optional<std::string> Query(std::string_view name) const;
  /// Of a cookie; empty when it was not sent.
  std::string Cookie(std::string_view name) const;
};

/// UTF-8 without surrogates and overlong forms.
bool IsUtf8(std::string_view text);

}  // namespace cadenza::http

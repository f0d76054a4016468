#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza::engine {

/// A call in a reason of the engine: upper(INTEGER_LITERAL, VARCHAR), or an operator: +(DATE,
/// DATE).
struct FailedCall {
  std::string name;
  std::vector<std::string> types;

  bool is_operator() const;
};

FailedCall ReadFailedCall(std::string_view call);

/// A value that could not be cast, in a reason of the engine: 'a' to INT32.
struct FailedConversion {
  std::string value;
  std::string type;
};

/// Nothing: the text, which begins with the quote, says something else.
std::optional<FailedConversion> ReadFailedConversion(std::string_view text);

}  // namespace cadenza::engine

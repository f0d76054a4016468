#pragma once

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

}  // namespace cadenza::engine

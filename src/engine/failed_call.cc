#include "engine/failed_call.h"

#include <algorithm>
#include <cctype>

namespace cadenza::engine {

bool FailedCall::is_operator() const {
  return types.size() == 2 && !name.empty() && !std::isalpha(static_cast<unsigned char>(name[0])) &&
         name[0] != '_';
}

FailedCall ReadFailedCall(std::string_view call) {
  const size_t open = std::min(call.find('('), call.size());
  FailedCall read{std::string(call.substr(0, open)), {}};
  std::string_view rest = call.substr(std::min(open + 1, call.size()));
  if (rest.ends_with(')')) rest.remove_suffix(1);
  while (!rest.empty()) {
    size_t end = 0;
    for (int depth = 0; end < rest.size() && (depth > 0 || rest[end] != ','); ++end) {
      depth += rest[end] == '(' ? 1 : rest[end] == ')' ? -1 : 0;
    }
    read.types.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return read;
}

std::optional<FailedConversion> ReadFailedConversion(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const size_t end = text.find(std::string(1, text[0]) + " to ", 1);
  if (end == text.npos) return std::nullopt;
  const std::string_view type = text.substr(end + 5);
  return FailedConversion{std::string(text.substr(1, end - 1)),
                          std::string(type.substr(0, type.find_first_of("\n ")))};
}

}  // namespace cadenza::engine

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace cadenza {

/// What stands between two marks of a text, the first of each; an empty `after` is the text's end.
/// Nothing: the marks do not stand in it. A view of the text.
inline std::optional<std::string_view> Between(std::string_view text, std::string_view before,
                                               std::string_view after) {
  const size_t at = text.find(before);
  if (at == text.npos) return std::nullopt;
  text.remove_prefix(at + before.size());
  const size_t end = after.empty() ? text.size() : text.find(after);
  if (end == text.npos) return std::nullopt;
  return text.substr(0, end);
}

/// Characters of UTF-8, not bytes: those that go on with one are not counted.
inline size_t CharacterCount(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace cadenza

#pragma once

#include <string>
#include <string_view>

namespace cadenza {

/// Text that stands for itself between tags: & < > become entities.
inline std::string MarkupText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace cadenza

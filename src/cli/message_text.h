#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/shell_word.h"

namespace cadenza::cli {

/// "1 file", "2 files". The word's plural ends in s.
std::string Counted(int64_t count, const std::string& word);

/// "12.3 MB", of a million bytes each.
std::string Megabytes(int64_t bytes);

/// Text that data may be in, as a terminal can show it: control characters (all but the line end)
/// and marks that turn the direction of what follows are written out, as \x1b and \u202e; what is
/// no UTF-8 becomes U+FFFD.
std::string Shown(std::string_view text);

/// fmt::print to standard error, shown.
template <class... Parts>
void PrintError(fmt::format_string<Parts...> format, Parts&&... parts) {
  std::fputs(Shown(fmt::format(format, std::forward<Parts>(parts)...)).c_str(), stderr);
}

/// One line of JSON on standard output; what is no UTF-8 in its texts becomes U+FFFD.
void PrintJson(const nlohmann::json& value);

}  // namespace cadenza::cli

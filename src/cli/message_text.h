#pragma once

#include <cstdint>
#include <string>

#include "base/shell_word.h"

namespace cadenza::cli {

/// "1 file", "2 files". The word's plural ends in s.
std::string Counted(int64_t count, const std::string& word);

}  // namespace cadenza::cli

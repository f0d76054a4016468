#pragma once

#include <cstdint>
#include <string>

namespace cadenza::cli {

/// "1 file", "2 files". The word's plural ends in s.
std::string Counted(int64_t count, const std::string& word);

/// As a shell takes it for one word: in quotes where it has to be.
std::string ShellWord(const std::string& text);

}  // namespace cadenza::cli

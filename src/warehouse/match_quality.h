#pragma once

#include <string>
#include <vector>

namespace cadenza::warehouse {

/// How surely a play's song was found, the surest first: exact, close, edition and so on, as the
/// header of songplays has them. A play without a song is of none.
std::vector<std::string> MatchQualities();

inline constexpr const char* kUnmatched = "unmatched";

}  // namespace cadenza::warehouse

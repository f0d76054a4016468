#pragma once

#include <string>
#include <vector>

namespace cadenza::warehouse {

/// How surely a play's song was found, the surest first: exact, close, edition and so on, as the
/// header of songplays has them. A play without a song is of none.
std::vector<std::string> MatchQualities();

/// In place of a quality, of plays without a song.
inline constexpr const char* kUnmatched = "unmatched";

}  // namespace cadenza::warehouse

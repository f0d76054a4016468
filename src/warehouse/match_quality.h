#pragma once

#include <array>
#include <string_view>

namespace cadenza::warehouse {

/// How surely a play's song was found, the surest first: the ranks of models/silver/steps/
/// play_matches.sql. A play without a song is of none.
inline constexpr std::array<std::string_view, 6> kMatchQualities = {
    "exact", "close", "edition", "text_exact", "text_close", "text_edition"};

/// In place of a quality, of plays without a song.
inline constexpr std::string_view kUnmatched = "unmatched";

}  // namespace cadenza::warehouse

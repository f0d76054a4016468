#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace cadenza::parquet {

/// The bits that the greatest of `count` codes (0 .. count - 1) takes, at least 1.
int BitWidth(size_t count);

/// Appends codes in Parquet's hybrid of run lengths and packed bits:
///
///   hybrid := (run | packed)*
///   run    := varint(times << 1) code, in as many whole bytes as the width needs
///   packed := varint(groups << 1 | 1) groups of 8 codes, least significant bit first
///
/// The codes 5 5 5 5 5 5 5 5 5 0 1 of width 3 are 12 05  03 08 00 00.
void AppendHybrid(std::span<const uint32_t> codes, int width, std::string* out);

}  // namespace cadenza::parquet

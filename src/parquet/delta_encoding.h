#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace cadenza::parquet {

/// Appends whole numbers as DELTA_BINARY_PACKED: blocks of 128 differences in 4 parts, each packed
/// by its own width above the block's least difference. False, and nothing is appended, when some
/// difference needs more than 56 bits, which PLAIN does better.
bool AppendDeltaPacked(std::span<const uint64_t> values, std::string* out);

}  // namespace cadenza::parquet

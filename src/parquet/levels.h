#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace cadenza::parquet {

/// The definition levels of an optional column that is not nested: one bit a row, 1 = has a value.
/// Rows stand in the order of Append. Reusable after Clear.
class DefinitionLevels {
 public:
  void Append(bool defined) { Append(defined, 1); }
  /// So many rows.
  void Append(bool defined, int64_t rows) {
    if (words_.empty() && defined_ == (defined ? rows_ : 0)) {
      rows_ += rows;
      if (defined) defined_ += rows;
      return;
    }
    for (; rows > 0; rows -= kWordRows) {
      const int64_t count = std::min(rows, kWordRows);
      AppendWord(defined ? ~uint64_t{0} >> (kWordRows - count) : 0, count);
    }
  }
  /// Up to 64 rows, the first in the lowest bit; the bits above them are 0.
  void AppendBits(uint64_t bits, int64_t rows) {
    const bool all = std::popcount(bits) == rows;
    if (all || bits == 0) return Append(all, rows);
    AppendWord(bits, rows);
  }

  int64_t rows() const { return rows_; }
  int64_t defined() const { return defined_; }

  /// Appends the levels as a version 1 data page begins: a 4-byte length, then Parquet's hybrid of
  /// run lengths and packed bits at a width of 1. One run is enough:
  ///
  ///   all rows alike   := varint(rows << 1) level
  ///   otherwise        := varint(bytes << 1 | 1) bits, least significant first, padded by 0
  ///
  /// Three rows with values are 02 00 00 00  06 01; value, null, value is 02 00 00 00  03 05.
  void Encode(std::string* out) const;

  void Clear();

 private:
  static constexpr int64_t kWordRows = 64;
  void AppendWord(uint64_t bits, int64_t rows);

  std::vector<uint64_t> words_;  ///< all rows, from the first on that is not like those before it
  int64_t rows_ = 0;
  int64_t defined_ = 0;
};

}  // namespace cadenza::parquet

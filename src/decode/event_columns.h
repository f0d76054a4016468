#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "decode/event_decoder.h"
#include "decode/json_number.h"
#include "decode/object_reader.h"

namespace cadenza::decode {

inline constexpr int kTime = static_cast<int>(EventColumn::kTsMs);
inline constexpr int kUserId = static_cast<int>(EventColumn::kUserId);

/// Of a set of columns.
constexpr uint32_t Bit(int column) { return 1U << static_cast<unsigned>(column); }

/// Puts a number into a numeric column of the row; false where it does not fit.
bool PutNumber(const JsonNumber& number, int column, EventRow* row);

/// Finds a key's column. It learns which key follows which, as nearly all lines of a file have
/// their keys in one order. Not thread-safe.
class EventColumnFinder {
 public:
  static constexpr int kNoColumn = -1;

  EventColumnFinder();
  void BeginLine() { last_ = kEventColumnCount; }
  /// The key that follows the last one found, and its column when it is there indeed.
  const QuotedKey& expected() const;
  int TakeExpected() { return last_ = next_[static_cast<size_t>(last_)]; }
  /// Reads up to 16 bytes from key.data() on, also of a shorter key: within a LineBlock's padding.
  int Find(std::string_view key);

 private:
  int last_ = kEventColumnCount;
  std::array<int, kEventColumnCount + 1> next_;
};

}  // namespace cadenza::decode

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "decode/event_columns.h"
#include "decode/event_decoder.h"

namespace cadenza::decode {

/// Reads a line in one pass where it is as nearly all lines are: one object of known keys, each at
/// most once, with values of their columns' types or null, no white space or a blank behind each
/// colon and comma, and a plausible time. Of any other line it says nothing: the ObjectReader reads
/// it, and both give the same row. Not thread-safe.
class PlainLineReader {
 public:
  /// `checked`: the columns whose values are converted. The finder must outlive the reader.
  PlainLineReader(const EventDecoderOptions& options, uint32_t checked, EventColumnFinder* columns)
      : options_(options), checked_(checked), columns_(columns) {}

  /// The texts that are read until the next call have no more bytes than this in all.
  void BeginBlock(size_t size_bytes);
  /// The end of the line that begins at `at`, behind its line end if it has one, with the row's
  /// values set; nullptr: not plain, and the values are undefined. kPadding bytes can be read
  /// behind `end`.
  const char* Read(const char* at, const char* end, EventRow* row);

 private:
  const char* ReadObject(const char* at, const char* end, EventRow* row);
  /// Reads `"key":` to a column; kNoColumn if there is no such thing.
  int ReadKey(const char** at, const char* end);
  /// Each of these returns what stands behind the value, or nullptr.
  const char* ReadValue(const char* at, const char* end, int column, EventRow* row);
  const char* ReadText(const char* at, const char* end, int column, EventRow* row);
  const char* ReadNumber(const char* at, const char* end, int column, EventRow* row);
  const char* ReadString(const char* at, const char* end, std::string_view* text);
  const char* ReadEscaped(const char* begin, const char* at, const char* end, bool has_highs,
                          std::string_view* text);
  bool IsTimePlain(EventRow* row) const;

  EventDecoderOptions options_;
  uint32_t checked_;
  EventColumnFinder* columns_;
  size_t gap_ = 0;  ///< blanks behind a colon and a comma: Python's manner is 1
  std::vector<char> unescaped_;
  size_t unescaped_size_ = 0;

  /// A string with escapes that was read in this block: a few browsers stand in many lines.
  struct Escaped {
    std::string_view raw;  ///< with the quote at its end
    std::string_view text;
    bool Begins(const char* at, const char* end) const {
      return !raw.empty() && static_cast<size_t>(end - at) >= raw.size() &&
             std::memcmp(at, raw.data(), raw.size()) == 0;
    }
  };
  static constexpr size_t kRepeated = 64;
  static size_t SlotOf(const char* text);
  std::array<Escaped, kRepeated> repeated_;
};

}  // namespace cadenza::decode

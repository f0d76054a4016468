#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "decode/line.h"

namespace cadenza::decode {

struct SongRecord {
  std::string_view text;  ///< without the line end behind it
  size_t begin = 0;
  size_t size_bytes = 0;  ///< with line ends
  int64_t lines = 1;
  bool blank = false;             ///< a line of white space between records
  Reason reason = Reason::kNone;  ///< bad beyond what reading the text would say
  std::string detail;
};

/// Cuts a catalogue file into records: a line each, or one that is printed over several lines.
/// A line that is unfinished JSON is joined with the lines below it, up to the next that begins
/// with '{' in its first column: so a cut record printed over many lines is one bad record, and
/// a cut line among good ones takes none of them along. Linear in time.
class SongRecords {
 public:
  SongRecords(std::string_view bytes, size_t record_bytes_max);
  size_t bom_bytes() const { return bom_bytes_; }
  bool Next(SongRecord* record);

 private:
  size_t LineEnd(size_t begin) const;
  size_t SegmentEnd(size_t begin) const;
  size_t JoinedEnd(size_t line_end) const;
  void Fill(size_t end, SongRecord* record);

  std::string_view bytes_;
  size_t record_bytes_max_;
  size_t bom_bytes_ = 0;
  size_t at_ = 0;
};

}  // namespace cadenza::decode

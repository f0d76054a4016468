#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cadenza::decode {

/// Why a line went to quarantine. The names (ReasonName) are data in `ops.quarantine`.
enum class Reason {
  kNone,
  kMalformed,        ///< not JSON
  kTruncated,        ///< JSON that ends in the middle (also: an archive cut off)
  kTrailingContent,  ///< something after the object on the same line
  kNotAnObject,      ///< an array, a string, a number
  kNotUtf8,
  kOversized,       ///< longer than the limit
  kMissingKey,      ///< a song record without song_id
  kMissingTime,     ///< ts absent, null or not a number
  kTimeOutOfRange,  ///< ts outside 1990 to 2100 under the file's unit
};
std::string_view ReasonName(Reason reason);  // "malformed", "truncated", ... "ts_out_of_range"

/// What a line of a file is, for the ledger.
enum class LineClass { kGood, kQuarantined, kBlank };

/// Bytes and lines of one source file, in decompressed bytes with line ends.
/// Balanced: good + quarantined + blank + bom = size (duplicates are told from good later).
struct LineCounts {
  int64_t good_bytes = 0, good_lines = 0;
  int64_t quarantined_bytes = 0, quarantined_lines = 0;
  int64_t blank_bytes = 0, blank_lines = 0;
  int64_t bom_bytes = 0;

  int64_t total_bytes() const { return good_bytes + quarantined_bytes + blank_bytes + bom_bytes; }
  int64_t total_lines() const { return good_lines + quarantined_lines + blank_lines; }
  void Add(const LineCounts& other);
  void Count(LineClass line_class, int64_t bytes, int64_t lines = 1);
};

struct QuarantinedLine {
  int64_t offset = 0;        ///< decompressed byte offset in the file
  int64_t length_bytes = 0;  ///< with its line end
  Reason reason = Reason::kNone;
  std::string detail;  ///< what the parser said, with the value at fault
  std::string raw;     ///< valid UTF-8 (bad bytes replaced by U+FFFD), without line end, cut
  bool raw_cut = false;
};

/// `raw` is the line without its line end. At most raw_bytes_max bytes of it are kept, cut between
/// two characters; replaced bytes (each becomes three) come on top.
QuarantinedLine MakeQuarantined(int64_t offset, int64_t length_bytes, Reason reason,
                                std::string detail, std::string_view raw, size_t raw_bytes_max);

}  // namespace cadenza::decode

#include "decode/line.h"

#include <utility>

#include "decode/utf8.h"

namespace cadenza::decode {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "none";
    case Reason::kMalformed:
      return "malformed";
    case Reason::kTruncated:
      return "truncated";
    case Reason::kTrailingContent:
      return "trailing_content";
    case Reason::kNotAnObject:
      return "not_an_object";
    case Reason::kNotUtf8:
      return "not_utf8";
    case Reason::kOversized:
      return "oversized";
    case Reason::kMissingKey:
      return "missing_key";
    case Reason::kMissingTime:
      return "ts_missing";
    case Reason::kTimeOutOfRange:
      return "ts_out_of_range";
  }
  return "unknown";
}

void LineCounts::Add(const LineCounts& other) {
  good_bytes += other.good_bytes;
  good_lines += other.good_lines;
  quarantined_bytes += other.quarantined_bytes;
  quarantined_lines += other.quarantined_lines;
  blank_bytes += other.blank_bytes;
  blank_lines += other.blank_lines;
  bom_bytes += other.bom_bytes;
}

void LineCounts::Count(LineClass line_class, int64_t bytes, int64_t lines) {
  switch (line_class) {
    case LineClass::kGood:
      good_bytes += bytes;
      good_lines += lines;
      return;
    case LineClass::kQuarantined:
      quarantined_bytes += bytes;
      quarantined_lines += lines;
      return;
    case LineClass::kBlank:
      blank_bytes += bytes;
      blank_lines += lines;
      return;
  }
}

QuarantinedLine MakeQuarantined(int64_t offset, int64_t length_bytes, Reason reason,
                                std::string detail, std::string_view raw, size_t raw_bytes_max) {
  QuarantinedLine line;
  line.offset = offset;
  line.length_bytes = length_bytes;
  line.reason = reason;
  line.detail = std::move(detail);
  const std::string_view cut = CutUtf8(raw, raw_bytes_max);
  line.raw_cut = cut.size() < raw.size();
  line.raw = IsUtf8(cut) ? std::string(cut) : ReplaceInvalidUtf8(cut);
  return line;
}

}  // namespace cadenza::decode

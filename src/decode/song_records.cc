#include "decode/song_records.h"

#include <fmt/format.h>

#include <algorithm>

#include "decode/json_scan.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

constexpr std::string_view kJsonSpace = " \t\r\n";

std::string_view WithoutLineEnd(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  }
  return text;
}

}  // namespace

SongRecords::SongRecords(std::string_view bytes, size_t record_bytes_max)
    : bytes_(bytes), record_bytes_max_(record_bytes_max) {
  if (bytes_.starts_with(kByteOrderMark)) bom_bytes_ = at_ = kByteOrderMark.size();
}

size_t SongRecords::LineEnd(size_t begin) const {
  const size_t found = bytes_.find('\n', begin);
  return found == bytes_.npos ? bytes_.size() : found + 1;
}

/// Where the next record would begin at the latest, from the end of a line on.
size_t SongRecords::SegmentEnd(size_t begin) const {
  if (begin == bytes_.size() || bytes_[begin] == '{') return begin;
  const size_t found = bytes_.find("\n{", begin);
  return found == bytes_.npos ? bytes_.size() : found + 1;
}

/// The end of the record that begins at at_, whose first line ends at line_end.
size_t SongRecords::JoinedEnd(size_t line_end) const {
  const size_t begin = bytes_.find_first_not_of(kJsonSpace, at_);
  if (line_end == bytes_.size() || begin >= line_end) return line_end;
  if (bytes_[begin] != '{' && bytes_[begin] != '[') return line_end;
  const std::string_view line = WithoutLineEnd(bytes_.substr(0, line_end));
  if (ScanValue(line, begin).outcome != JsonScan::Outcome::kTruncated) return line_end;
  // A list of records is refused as a whole: its lines are no records of their own.
  const size_t segment = bytes_[begin] == '[' ? bytes_.size() : SegmentEnd(line_end);
  const JsonScan scan = ScanValue(bytes_.substr(0, segment), begin);
  if (scan.outcome == JsonScan::Outcome::kComplete) return LineEnd(scan.position);
  // White space below a bad record is not part of it.
  const size_t last = bytes_.substr(0, segment).find_last_not_of(kJsonSpace);
  return std::min(segment, LineEnd(last));
}

void SongRecords::Fill(size_t end, SongRecord* record) {
  const std::string_view whole = bytes_.substr(at_, end - at_);
  record->text = WithoutLineEnd(whole);
  record->begin = at_;
  record->size_bytes = whole.size();
  record->lines = std::count(whole.begin(), whole.end(), '\n') + (whole.ends_with('\n') ? 0 : 1);
  record->blank = whole.find_first_not_of(kJsonSpace) == whole.npos;
  record->reason = Reason::kNone;
  record->detail.clear();
  if (!record->blank && record->text.size() > record_bytes_max_) {
    record->reason = Reason::kOversized;
    record->detail =
        fmt::format("{} bytes, the limit is {}", record->text.size(), record_bytes_max_);
  }
  at_ = end;
}

bool SongRecords::Next(SongRecord* record) {
  if (at_ >= bytes_.size()) return false;
  Fill(JoinedEnd(LineEnd(at_)), record);
  return true;
}

}  // namespace cadenza::decode

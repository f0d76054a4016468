// Any bytes as a catalogue file: the counts add up to the input, and the rows cover it in order.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "decode/double_encoding.h"
#include "decode/json_scan.h"
#include "decode/match_text.h"
#include "decode/song_decoder.h"
#include "decode/utf8.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cadenza::decode;
  std::string padded(reinterpret_cast<const char*>(data), size);
  padded.append(kPadding, '\0');
  BlockLimits limits;
  limits.line_bytes_max = 2000;
  LineCounts counts;
  std::vector<SongRow> rows;
  SongDecoder decoder;
  decoder.Decode(std::string_view(padded).substr(0, size), limits, &counts, &rows);
  Require(counts.total_bytes() == static_cast<int64_t>(size));
  int64_t at = 0;
  for (const SongRow& row : rows) {
    Require(row.offset >= at && row.length_bytes > 0);
    at = row.offset + row.length_bytes;
    if (row.reason != Reason::kNone) continue;
    Require(row.song_id.has_value() && Diagnose(row.line).reason == Reason::kNone);
    for (const auto& text : {row.title, row.artist_name}) {
      if (!text) continue;
      const std::string once = MatchText(*text);
      Require(IsUtf8(once));
      // Text is repaired once: what was encoded three times is still repairable afterwards.
      Require(UndoDoubleEncoding(once) || MatchText(once) == once);
    }
  }
  return 0;
}

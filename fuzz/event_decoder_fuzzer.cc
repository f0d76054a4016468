// Any bytes as a block of events: the counts add up to the input, a line is good or bad whatever
// is wanted of it, it is refused exactly if the slow reader has a reason, and plain lines are no
// other than they were the long way.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "decode/event_decoder.h"
#include "decode/json_scan.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

struct Verdict {
  Reason reason;
  int64_t offset;
  std::string rescued;
  std::string values;
  bool operator==(const Verdict&) const = default;
};

/// Of what is asked for whatever else is.
std::string ValuesOf(const EventRow& row, uint32_t columns) {
  std::string values;
  for (size_t c = 0; c < kEventColumns.size(); ++c) {
    if ((row.present & columns) >> c & 1U) {
      const ColumnType type = kEventColumns[c].type;
      values += type == ColumnType::kText     ? std::string(row.text[c])
                : type == ColumnType::kDouble ? std::to_string(row.number[c])
                                              : std::to_string(row.integer[c]);
    }
    values += '\0';
  }
  return values;
}

std::vector<Verdict> Decode(std::string_view bytes, const EventDecoderOptions& options) {
  LineCounts counts;
  EventDecoder decoder(options);
  decoder.Begin({bytes, 0}, &counts);
  std::vector<Verdict> verdicts;
  EventRow row;
  while (decoder.Next(&row)) {
    verdicts.push_back({row.reason, row.offset, row.rescued, ValuesOf(row, options.wanted)});
    if (!options.require_time) {
      Require((row.reason == Reason::kNone) == (Diagnose(row.line).reason == Reason::kNone));
    }
    if (row.reason != Reason::kNone) {
      const auto line =
          MakeQuarantined(row.offset, row.length_bytes, row.reason, row.detail, row.line, 32);
      Require(IsUtf8(line.raw) && IsUtf8(line.detail));
    }
    if (!row.rescued.empty()) Require(Diagnose(row.rescued).reason == Reason::kNone);
    for (size_t column = 0; column < row.text.size(); ++column) {
      const bool text = kEventColumns[column].type == ColumnType::kText;
      if (text && (row.present >> column & 1U) != 0) Require(IsUtf8(row.text[column]));
    }
  }
  Require(counts.total_bytes() == static_cast<int64_t>(bytes.size()));
  return verdicts;
}

}  // namespace
}  // namespace cadenza::decode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cadenza::decode;
  std::string padded(reinterpret_cast<const char*>(data), size);
  padded.append(kPadding, '\0');
  const std::string_view bytes = std::string_view(padded).substr(0, size);
  EventDecoderOptions options;
  const auto decode_both_ways = [&] {
    options.read_plain = false;
    auto rows = Decode(bytes, options);
    options.read_plain = true;
    Require(Decode(bytes, options) == rows);
    return rows;
  };
  auto all = decode_both_ways();
  options.wanted = 0;
  const auto none = decode_both_ways();
  for (Verdict& verdict : all) verdict.values = std::string(kEventColumnCount, '\0');
  Require(none == all);
  options.require_time = false;
  decode_both_ways();
  options.want_rescued = false;
  decode_both_ways();
  return 0;
}

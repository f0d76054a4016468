#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decode/block.h"
#include "decode/line.h"

namespace cadenza::decode {

/// The columns of an event, in the order of kEventColumns.
enum class EventColumn : int {
  kArtist,
  kAuth,
  kFirstName,
  kGender,
  kItemInSession,
  kLastName,
  kLength,
  kLevel,
  kLocation,
  kMethod,
  kPage,
  kRegistration,
  kSessionId,
  kSong,
  kStatus,
  kTsMs,
  kUserAgent,
  kUserId,
};
inline constexpr int kEventColumnCount = 18;

enum class ColumnType { kText, kInt64, kInt32, kDouble };
struct ColumnSpec {
  std::string_view name;      ///< in the lake, e.g. first_name
  std::string_view json_key;  ///< in the source, e.g. firstName
  ColumnType type;
};
extern const std::array<ColumnSpec, kEventColumnCount> kEventColumns;

enum class TimeUnit { kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

/// One decoded row. Text views live as long as the block, and kPadding bytes can be read behind
/// each (or until the next row, for text that was made from a number: then bit c of `transient` is
/// set and the sink must copy).
struct EventRow {
  uint32_t present = 0;    ///< bit c: column c has a value
  uint32_t transient = 0;  ///< bit c: text[c] must be copied before the next row
  std::array<std::string_view, kEventColumnCount> text;
  std::array<int64_t, kEventColumnCount> integer;
  std::array<double, kEventColumnCount> number;
  std::string rescued;            ///< JSON object of unknown and mistyped fields, or empty
  int64_t offset = 0;             ///< decompressed byte offset of the line
  int64_t length_bytes = 0;       ///< with its line end
  Reason reason = Reason::kNone;  ///< not kNone: the row is bad, see detail
  std::string detail;
  std::string_view line;  ///< without line end
};

struct EventDecoderOptions {
  uint32_t wanted = (1u << kEventColumnCount) - 1;  ///< bit c: decode column c
  bool want_rescued = true;
  bool require_time = true;  ///< kMissingTime and kTimeOutOfRange apply
  TimeUnit unit = TimeUnit::kMilliseconds;
  bool read_plain = true;  ///< false: each line the long way, which gives the same rows
};

/// Decodes the lines of blocks into rows: NDJSON as domain.md describes it. A bad line never
/// affects its neighbours. Blank lines are counted, not yielded. Not thread-safe: one a thread.
class EventDecoder {
 public:
  explicit EventDecoder(EventDecoderOptions options);
  ~EventDecoder();
  void Begin(const LineBlock& block, LineCounts* counts);
  /// False at the end of the block. Good and bad lines are both yielded (row->reason) and counted.
  bool Next(EventRow* row);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cadenza::decode

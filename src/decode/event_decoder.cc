#include "decode/event_decoder.h"

#include <fmt/format.h>

#include <utility>

#include "decode/event_columns.h"
#include "decode/event_time.h"
#include "decode/json_scan.h"
#include "decode/line_reader.h"
#include "decode/plain_line.h"
#include "decode/rescued_fields.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

constexpr size_t kQuotedBytesMax = 100;  // of a value at fault, in a detail

enum class Fit { kValue, kNull, kMistyped };

Fit PutText(const JsonField& field, size_t column, EventRow* row) {
  if (field.kind != JsonKind::kString) return Fit::kMistyped;
  row->text[column] = field.text;
  return Fit::kValue;
}

}  // namespace

struct EventDecoder::State {
  explicit State(EventDecoderOptions given)
      : options(given), checked(Checked(given)), plain(given, checked, &columns) {}
  static uint32_t Checked(const EventDecoderOptions& options) {
    // What is rescued must not depend on what else is asked for.
    if (options.want_rescued) return Bit(kEventColumnCount) - 1;
    return options.wanted | (options.require_time ? Bit(kTime) : 0);
  }

  bool NextPlain(EventRow* row);
  bool NextAny(EventRow* row);

  void Decode(const OpenLine& line, EventRow* row);
  void Take(const JsonField& field, EventRow* row);
  Fit Put(const JsonField& field, size_t column, EventRow* row);
  Fit PutUserId(const JsonField& field, EventRow* row);
  void FinishTime(EventRow* row);
  void Refuse(Reason reason, std::string detail, EventRow* row) const;

  EventDecoderOptions options;
  uint32_t checked;  ///< columns whose values are converted
  int64_t block_offset = 0;
  LineCounts* counts = nullptr;
  std::string_view block;
  LineReader lines;
  EventColumnFinder columns;
  PlainLineReader plain;
  int other_lines = 0;  ///< that were not plain, since the last one that was
  RescuedFields rescued;
  std::string_view time_written;  ///< ts as it stands in the line; empty: absent
  std::string user_id;            ///< made from a number
};

Fit EventDecoder::State::PutUserId(const JsonField& field, EventRow* row) {
  if (field.kind == JsonKind::kString) {
    return field.text.empty() ? Fit::kNull : PutText(field, kUserId, row);
  }
  if (field.kind != JsonKind::kNumber) return Fit::kMistyped;
  if (field.number.whole_text && field.raw != "-0") {
    row->text[kUserId] = field.raw;
    return Fit::kValue;
  }
  const auto value = ToInt64(field.number);
  if (!value) return Fit::kMistyped;
  user_id = fmt::format_int(*value).str();
  row->text[kUserId] = user_id;
  row->transient |= Bit(kUserId);
  return Fit::kValue;
}

Fit EventDecoder::State::Put(const JsonField& field, size_t column, EventRow* row) {
  if (field.kind == JsonKind::kNull) return Fit::kNull;
  if (column == kUserId) return PutUserId(field, row);
  switch (kEventColumns[column].type) {
    case ColumnType::kText:
      return PutText(field, column, row);
    case ColumnType::kInt32:
    case ColumnType::kInt64:
    case ColumnType::kDouble:
      return field.kind == JsonKind::kNumber &&
                     PutNumber(field.number, static_cast<int>(column), row)
                 ? Fit::kValue
                 : Fit::kMistyped;
  }
  return Fit::kMistyped;
}

void EventDecoder::State::Take(const JsonField& field, EventRow* row) {
  const int column = field.is_expected ? columns.TakeExpected() : columns.Find(field.key);
  if (column == EventColumnFinder::kNoColumn) {
    if (options.want_rescued) rescued.Set(field.key, field.raw);
    return;
  }
  const uint32_t bit = Bit(column);
  if ((checked & bit) == 0) return;
  if (column == kTime) time_written = field.raw;
  // A key that comes again replaces all that its first value left.
  row->present &= ~bit;
  row->transient &= ~bit;
  const Fit fit = Put(field, static_cast<size_t>(column), row);
  if (fit == Fit::kValue) row->present |= bit;
  if (!options.want_rescued) return;
  if (fit == Fit::kMistyped) {
    rescued.Set(field.key, field.raw);
  } else if (!rescued.empty()) {
    rescued.Remove(field.key);
  }
}

void EventDecoder::State::Refuse(Reason reason, std::string detail, EventRow* row) const {
  row->present = 0;
  row->transient = 0;
  row->reason = reason;
  row->detail = std::move(detail);
}

void EventDecoder::State::FinishTime(EventRow* row) {
  if ((checked & Bit(kTime)) == 0) return;
  const std::string_view quoted = CutUtf8(time_written, kQuotedBytesMax);
  if ((row->present & Bit(kTime)) == 0) {
    if (!options.require_time) return;
    Refuse(Reason::kMissingTime,
           quoted.empty() ? "ts is absent" : fmt::format("ts is not a whole number: {}", quoted),
           row);
    return;
  }
  const auto milliseconds = ToMilliseconds(row->integer[kTime], options.unit);
  if (milliseconds) row->integer[kTime] = *milliseconds;
  if (options.require_time && (!milliseconds || !IsPlausibleTime(*milliseconds))) {
    Refuse(
        Reason::kTimeOutOfRange,
        fmt::format("ts is outside of 1990 to 2100 as {}: {}", TimeUnitName(options.unit), quoted),
        row);
  } else if (!milliseconds || (options.wanted & Bit(kTime)) == 0) {
    row->present &= ~Bit(kTime);
  }
}

void EventDecoder::State::Decode(const OpenLine& line, EventRow* row) {
  columns.BeginLine();
  time_written = {};
  if (options.want_rescued) rescued.Clear();
  bool good = line.readable;
  if (good) {
    ObjectReader& object = lines.object();
    JsonField field;
    while (object.Next(&field, &columns.expected())) Take(field, row);
    good = object.Close();
  }
  if (!good) {
    Diagnosis diagnosis = Diagnose(line.text);
    if (diagnosis.reason == Reason::kNone) diagnosis = {Reason::kMalformed, "not readable"};
    Refuse(diagnosis.reason, std::move(diagnosis.detail), row);
    return;
  }
  FinishTime(row);
  if (row->reason != Reason::kNone) return;
  row->present &= options.wanted;
  row->transient &= options.wanted;
  if (options.want_rescued) rescued.AppendTo(&row->rescued);
}

bool EventDecoder::State::NextPlain(EventRow* row) {
  if (!options.read_plain || lines.in_batch() || lines.position() >= block.size()) return false;
  const char* begin = block.data() + lines.position();
  const char* end = plain.Read(begin, block.data() + block.size(), row);
  if (end == nullptr) {
    ++other_lines;
    return false;
  }
  other_lines = 0;
  const auto size = static_cast<size_t>(end - begin);
  row->offset = block_offset + static_cast<int64_t>(lines.position());
  row->length_bytes = static_cast<int64_t>(size);
  row->line = {begin, size};
  if (row->line.ends_with('\n')) {
    row->line.remove_suffix(1);
    if (row->line.ends_with('\r')) row->line.remove_suffix(1);
  }
  lines.Skip(size);
  return true;
}

bool EventDecoder::State::NextAny(EventRow* row) {
  OpenLine line;
  do {
    // One that is different stands alone mostly; two in a row are taken for the file's manner.
    if (!lines.Next(&line, options.read_plain && other_lines < 2)) return false;
    if (line.blank) counts->Count(LineClass::kBlank, static_cast<int64_t>(line.size_bytes));
  } while (line.blank);
  row->present = 0;
  row->transient = 0;
  row->offset = block_offset + static_cast<int64_t>(line.begin);
  row->length_bytes = static_cast<int64_t>(line.size_bytes);
  row->line = line.text;
  Decode(line, row);
  return true;
}

EventDecoder::EventDecoder(EventDecoderOptions options)
    : state_(std::make_unique<State>(options)) {}
EventDecoder::~EventDecoder() = default;

void EventDecoder::Begin(const LineBlock& block, LineCounts* counts) {
  state_->block = block.bytes;
  state_->block_offset = block.offset;
  state_->counts = counts;
  state_->lines.Begin(block.bytes);
  state_->plain.BeginBlock(block.bytes.size());
}

bool EventDecoder::Next(EventRow* row) {
  row->rescued.clear();
  row->detail.clear();
  row->reason = Reason::kNone;
  if (!state_->NextPlain(row) && !state_->NextAny(row)) return false;
  state_->counts->Count(row->reason == Reason::kNone ? LineClass::kGood : LineClass::kQuarantined,
                        row->length_bytes);
  return true;
}

}  // namespace cadenza::decode

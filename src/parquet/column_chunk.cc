#include "parquet/column_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "parquet/plain_encoding.h"
#include "parquet/thrift_compact.h"
#include "parquet/value_text.h"

namespace cadenza::parquet {

namespace {

// Statistics, by the numbers of parquet.thrift. Its fields 1 and 2 are the older max and min,
// whose order was never defined; readers ignore them beside these.
constexpr int kNullCount = 3;
constexpr int kMaxValue = 5;
constexpr int kMinValue = 6;

// A footer is read whole before any row, so a long text costs each reader more than it saves.
// Truncating would need the next greater text, which readers then could not trust as exact.
constexpr size_t kFooterTextBytesMax = 1024;

bool IsInt32(Type type) { return type == Type::kInt32 || type == Type::kDate; }

void EncodeRange(ThriftCompactWriter* out, std::string_view min, std::string_view max) {
  out->Binary(kMaxValue, max);
  out->Binary(kMinValue, min);
}

template <class T>
void EncodeRange(ThriftCompactWriter* out, T min, T max) {
  EncodeRange(out, PlainBytes(min).view(), PlainBytes(max).view());
}

}  // namespace

void ColumnChunk::AppendBoolean(bool value) {
  assert(type_ == Type::kBoolean);
  const int64_t bit = levels_.defined() % 8;
  if (bit == 0) values_.push_back(0);
  if (value) values_.back() = static_cast<char>(values_.back() | 1 << bit);
  const bool first = levels_.defined() == 0;
  int_range_.min = first ? value : std::min<int64_t>(int_range_.min, value);
  int_range_.max = first ? value : std::max<int64_t>(int_range_.max, value);
  levels_.Append(true);
}

void ColumnChunk::AppendInt(int64_t value) {
  assert(IsInt32(type_) || type_ == Type::kInt64 || type_ == Type::kTimestampUtc);
  if (IsInt32(type_)) {
    assert(value >= std::numeric_limits<int32_t>::min());
    assert(value <= std::numeric_limits<int32_t>::max());
    AppendPlain(&values_, static_cast<int32_t>(value));
  } else {
    AppendPlain(&values_, value);
  }
  const bool first = levels_.defined() == 0;
  int_range_.min = first ? value : std::min(int_range_.min, value);
  int_range_.max = first ? value : std::max(int_range_.max, value);
  levels_.Append(true);
}

void ColumnChunk::AppendDouble(double value) {
  assert(type_ == Type::kDouble);
  AppendPlain(&values_, value);
  const bool first = levels_.defined() == 0;
  double_range_.min = first ? value : std::min(double_range_.min, value);
  double_range_.max = first ? value : std::max(double_range_.max, value);
  has_nan_ = has_nan_ || std::isnan(value);
  levels_.Append(true);
}

void ColumnChunk::AppendText(std::string_view utf8) {
  assert(type_ == Type::kText);
  AppendPlain(&values_, static_cast<uint32_t>(utf8.size()));
  const Slice slice{.offset = values_.size(), .size = utf8.size()};
  values_.append(utf8);
  // string_view compares chars as unsigned bytes, which is the order that Parquet defines for UTF8.
  const bool first = levels_.defined() == 0;
  if (first || utf8 < Text(text_range_.min)) text_range_.min = slice;
  if (first || utf8 > Text(text_range_.max)) text_range_.max = slice;
  levels_.Append(true);
}

void ColumnChunk::EncodePage(std::string* out) const {
  levels_.Encode(out);
  out->append(values_);
}

void ColumnChunk::EncodeStatistics(ThriftCompactWriter* out) const {
  out->Int64(kNullCount, null_count());
  if (!HasRange()) return;
  switch (type_) {
    case Type::kBoolean:
      EncodeRange(out, static_cast<int8_t>(int_range_.min), static_cast<int8_t>(int_range_.max));
      return;
    case Type::kInt32:
    case Type::kDate:
      EncodeRange(out, static_cast<int32_t>(int_range_.min), static_cast<int32_t>(int_range_.max));
      return;
    case Type::kInt64:
    case Type::kTimestampUtc:
      EncodeRange(out, int_range_.min, int_range_.max);
      return;
    case Type::kDouble: {
      const Range<double> range = ZeroSafe();
      EncodeRange(out, range.min, range.max);
      return;
    }
    case Type::kText:
      // Both or none: some readers take a lone bound's missing twin for an empty text.
      if (std::max(text_range_.min.size, text_range_.max.size) <= kFooterTextBytesMax) {
        EncodeRange(out, Text(text_range_.min), Text(text_range_.max));
      }
      return;
  }
}

// The two zeros are equal, but a reader that orders by bits sets them apart: Parquet has a range
// that ends at a zero include both.
ColumnChunk::Range<double> ColumnChunk::ZeroSafe() const {
  return {.min = double_range_.min == 0 ? -0.0 : double_range_.min,
          .max = double_range_.max == 0 ? 0.0 : double_range_.max};
}

std::string ColumnChunk::IntText(int64_t value) const {
  switch (type_) {
    case Type::kBoolean:
      return value != 0 ? "true" : "false";
    case Type::kDate:
      return DateText(value);
    case Type::kTimestampUtc:
      return TimestampText(value);
    default:
      return fmt::format_int(value).str();
  }
}

ColumnSummary ColumnChunk::Summary() const {
  ColumnSummary summary;
  summary.null_count = null_count();
  summary.has_nan = has_nan_;
  if (!HasRange()) return summary;
  if (type_ == Type::kText) {
    summary.min = Text(text_range_.min);
    summary.max = Text(text_range_.max);
  } else if (type_ == Type::kDouble) {
    const Range<double> range = ZeroSafe();
    summary.min = DoubleText(range.min);
    summary.max = DoubleText(range.max);
  } else {
    summary.min = IntText(int_range_.min);
    summary.max = IntText(int_range_.max);
  }
  return summary;
}

void ColumnChunk::Clear() {
  levels_.Clear();
  values_.clear();
  has_nan_ = false;
}

}  // namespace cadenza::parquet

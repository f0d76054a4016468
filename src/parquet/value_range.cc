#include "parquet/value_range.h"

#include <fmt/format.h>

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

void EncodeRange(ThriftCompactWriter* out, std::string_view min, std::string_view max) {
  out->Binary(kMaxValue, max);
  out->Binary(kMinValue, min);
}

template <class T>
void EncodeRange(ThriftCompactWriter* out, T min, T max) {
  EncodeRange(out, PlainBytes(min).view(), PlainBytes(max).view());
}

}  // namespace

void ValueRange::Merge(const ValueRange& other) {
  if (!other.any_) return;
  const bool has_nan = has_nan_ || other.has_nan_;
  switch (type_) {
    case Type::kDouble:
      AddDouble(other.double_min_);
      AddDouble(other.double_max_);
      break;
    case Type::kText:
      AddText(other.text_min_);
      AddText(other.text_max_);
      break;
    default:
      AddInt(other.int_min_);
      AddInt(other.int_max_);
  }
  has_nan_ = has_nan;
}

void ValueRange::EncodeStatistics(int64_t null_count, ThriftCompactWriter* out) const {
  out->Int64(kNullCount, null_count);
  if (!HasRange()) return;
  switch (type_) {
    case Type::kBoolean:
      EncodeRange(out, static_cast<int8_t>(int_min_), static_cast<int8_t>(int_max_));
      return;
    case Type::kInt32:
    case Type::kDate:
      EncodeRange(out, static_cast<int32_t>(int_min_), static_cast<int32_t>(int_max_));
      return;
    case Type::kInt64:
    case Type::kTimestampUtc:
      EncodeRange(out, int_min_, int_max_);
      return;
    case Type::kDouble:
      // The two zeros are equal, but a reader that orders by bits sets them apart: Parquet has a
      // range that ends at a zero include both.
      EncodeRange(out, ZeroSafeMin(), ZeroSafeMax());
      return;
    case Type::kText:
      // Both or none: some readers take a lone bound's missing twin for an empty text.
      if (std::max(text_min_.size(), text_max_.size()) <= kFooterTextBytesMax) {
        EncodeRange(out, std::string_view(text_min_), std::string_view(text_max_));
      }
      return;
  }
}

std::string ValueRange::IntText(int64_t value) const {
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

ColumnSummary ValueRange::Summary(int64_t null_count) const {
  ColumnSummary summary;
  summary.null_count = null_count;
  summary.has_nan = has_nan_;
  if (!HasRange()) return summary;
  if (type_ == Type::kText) {
    summary.min = text_min_;
    summary.max = text_max_;
  } else if (type_ == Type::kDouble) {
    summary.min = DoubleText(ZeroSafeMin());
    summary.max = DoubleText(ZeroSafeMax());
  } else {
    summary.min = IntText(int_min_);
    summary.max = IntText(int_max_);
  }
  return summary;
}

}  // namespace cadenza::parquet

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "parquet/flat_file.h"

namespace cadenza::parquet {

class ThriftCompactWriter;

/// The least and the greatest of a column's values, as footers and the Delta log state them.
/// The type is the caller's promise: each Add fits it.
class ValueRange {
 public:
  explicit ValueRange(Type type) : type_(type) {}

  void AddInt(int64_t value) {  ///< kBoolean too
    int_min_ = any_ ? std::min(int_min_, value) : value;
    int_max_ = any_ ? std::max(int_max_, value) : value;
    any_ = true;
  }
  void AddDouble(double value) {
    double_min_ = any_ ? std::min(double_min_, value) : value;
    double_max_ = any_ ? std::max(double_max_, value) : value;
    has_nan_ = has_nan_ || std::isnan(value);
    any_ = true;
  }
  void AddText(std::string_view utf8) {
    // Chars are compared as unsigned bytes, which is the order that Parquet defines for UTF8.
    if (!any_ || utf8 < text_min_) text_min_ = utf8;
    if (!any_ || utf8 > text_max_) text_max_ = utf8;
    any_ = true;
  }
  void Merge(const ValueRange& other);
  void Clear() {
    any_ = false;
    has_nan_ = false;
  }

  /// Appends the fields of the footer's Statistics struct.
  void EncodeStatistics(int64_t null_count, ThriftCompactWriter* out) const;
  ColumnSummary Summary(int64_t null_count) const;

 private:
  bool HasRange() const { return any_ && !has_nan_; }
  double ZeroSafeMin() const { return double_min_ == 0 ? -0.0 : double_min_; }
  double ZeroSafeMax() const { return double_max_ == 0 ? 0.0 : double_max_; }
  std::string IntText(int64_t value) const;

  Type type_;
  bool any_ = false;
  bool has_nan_ = false;
  // By type, one of the three; void until the first value.
  int64_t int_min_ = 0, int_max_ = 0;
  double double_min_ = 0, double_max_ = 0;
  std::string text_min_, text_max_;
};

}  // namespace cadenza::parquet

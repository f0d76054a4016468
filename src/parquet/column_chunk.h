#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parquet/flat_file.h"
#include "parquet/levels.h"

namespace cadenza::parquet {

class ThriftCompactWriter;

/// The values of one column of the file under way, already in their wire form, and what is known
/// of them. The type is the caller's promise: each Append fits it. Reusable after Clear.
class ColumnChunk {
 public:
  explicit ColumnChunk(Type type) : type_(type) {}

  void AppendNull() { levels_.Append(false); }
  void AppendBoolean(bool value);
  void AppendInt(int64_t value);
  void AppendDouble(double value);
  void AppendText(std::string_view utf8);

  int64_t rows() const { return levels_.rows(); }
  int64_t null_count() const { return levels_.rows() - levels_.defined(); }

  /// Appends the one page of the chunk: definition levels, then the values in PLAIN.
  void EncodePage(std::string* out) const;
  /// Appends the fields of the footer's Statistics struct.
  void EncodeStatistics(ThriftCompactWriter* out) const;
  ColumnSummary Summary() const;

  void Clear();

 private:
  // A text by its place in values_, which moves when it grows.
  struct Slice {
    size_t offset = 0;
    size_t size = 0;
  };
  template <class T>
  struct Range {
    T min{};
    T max{};
  };

  bool HasRange() const { return levels_.defined() > 0 && !has_nan_; }
  std::string_view Text(Slice slice) const {
    return std::string_view(values_).substr(slice.offset, slice.size);
  }
  Range<double> ZeroSafe() const;
  std::string IntText(int64_t value) const;

  Type type_;
  DefinitionLevels levels_;
  std::string values_;
  // By type, one of the three; void until the first value.
  Range<int64_t> int_range_;
  Range<double> double_range_;
  Range<Slice> text_range_;
  bool has_nan_ = false;
};

}  // namespace cadenza::parquet

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parquet/flat_file.h"
#include "parquet/levels.h"
#include "parquet/value_range.h"

namespace cadenza::parquet {

class ThriftCompactWriter;

/// The values of one column of the file under way, already in their wire form, and what is known
/// of them. The type is the caller's promise: each Append fits it. Reusable after Clear.
class ColumnChunk {
 public:
  explicit ColumnChunk(Type type) : type_(type), range_(type) {}

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
  void EncodeStatistics(ThriftCompactWriter* out) const {
    range_.EncodeStatistics(null_count(), out);
  }
  const ValueRange& range() const { return range_; }
  ColumnSummary Summary() const { return range_.Summary(null_count()); }

  void Clear();

 private:
  Type type_;
  DefinitionLevels levels_;
  std::string values_;
  ValueRange range_;
};

}  // namespace cadenza::parquet

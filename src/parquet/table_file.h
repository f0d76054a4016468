#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parquet/column_buffer.h"
#include "parquet/file_metadata.h"
#include "parquet/flat_file.h"

namespace cadenza::parquet {

/// The rows of a row group under way. A row is one Append to each column. Reusable after Encode.
/// Not thread-safe: each thread fills its own and the file takes them one after the other.
class RowGroupBuffer {
 public:
  explicit RowGroupBuffer(const std::vector<Column>& columns);

  ColumnBuffer& column(size_t index) { return columns_[index]; }
  int64_t rows() const { return columns_.front().rows(); }
  /// About how much memory the rows take.
  size_t size_bytes() const;
  /// The row group's bytes, and what the footer has to say of them. Empty afterwards.
  RowGroup Encode(std::string* bytes);

 private:
  std::vector<ColumnBuffer> columns_;
};

/// What a Parquet file of any size is made of besides its row groups: the opening mark, then row
/// groups wherever they were placed, then the footer. It writes nothing itself. Not thread-safe.
class TableFile {
 public:
  explicit TableFile(const std::vector<Column>& columns);

  /// Gives the row group of so many bytes its place in the file.
  int64_t Place(RowGroup row_group, size_t size_bytes);
  /// The closing bytes; they stand at end().
  std::string Footer() const;
  std::vector<ColumnSummary> Summaries() const;
  int64_t end() const { return end_; }
  int64_t rows() const;

 private:
  FooterEncoder footer_;
  std::vector<Column> columns_;
  std::vector<RowGroup> row_groups_;
  int64_t end_;
};

}  // namespace cadenza::parquet

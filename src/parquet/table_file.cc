#include "parquet/table_file.h"

#include <utility>

namespace cadenza::parquet {

RowGroupBuffer::RowGroupBuffer(const std::vector<Column>& columns) {
  columns_.reserve(columns.size());
  for (const Column& column : columns) columns_.emplace_back(column.type);
}

size_t RowGroupBuffer::size_bytes() const {
  size_t bytes = 0;
  for (const ColumnBuffer& column : columns_) bytes += column.size_bytes();
  return bytes;
}

RowGroup RowGroupBuffer::Encode(std::string* bytes) {
  RowGroup group;
  group.rows = rows();
  bytes->clear();
  group.columns.reserve(columns_.size());
  for (ColumnBuffer& column : columns_) group.columns.push_back(column.Encode(bytes));
  return group;
}

TableFile::TableFile(const std::vector<Column>& columns)
    : footer_(columns), columns_(columns), end_(static_cast<int64_t>(kMagic.size())) {}

int64_t TableFile::Place(RowGroup row_group, size_t size_bytes) {
  row_group.at = end_;
  row_groups_.push_back(std::move(row_group));
  end_ += static_cast<int64_t>(size_bytes);
  return row_groups_.back().at;
}

std::string TableFile::Footer() const {
  std::string bytes;
  footer_.Encode(row_groups_, &bytes);
  return bytes;
}

std::vector<ColumnSummary> TableFile::Summaries() const {
  std::vector<ColumnSummary> summaries;
  for (size_t c = 0; c < columns_.size(); ++c) {
    ValueRange range(columns_[c].type);
    int64_t null_count = 0;
    for (const RowGroup& group : row_groups_) {
      range.Merge(group.columns[c].range);
      null_count += group.columns[c].null_count;
    }
    summaries.push_back(range.Summary(null_count));
  }
  return summaries;
}

int64_t TableFile::rows() const {
  int64_t rows = 0;
  for (const RowGroup& group : row_groups_) rows += group.rows;
  return rows;
}

}  // namespace cadenza::parquet

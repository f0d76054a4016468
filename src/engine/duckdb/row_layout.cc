#include "engine/duckdb/row_layout.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/duckdb/parquet_writer.h"
#include "parquet/value_text.h"

namespace cadenza::engine {
namespace {

std::optional<parquet::Type> TypeOf(const std::string& sql_type) {
  if (sql_type == "BOOLEAN") return parquet::Type::kBoolean;
  if (sql_type == "INTEGER") return parquet::Type::kInt32;
  if (sql_type == "BIGINT") return parquet::Type::kInt64;
  if (sql_type == "DOUBLE") return parquet::Type::kDouble;
  if (sql_type == "VARCHAR") return parquet::Type::kText;
  if (sql_type == "DATE") return parquet::Type::kDate;
  if (sql_type == "TIMESTAMP WITH TIME ZONE") return parquet::Type::kTimestampUtc;
  return std::nullopt;
}

/// Other types have forms in a folder's name that the engine knows.
bool CanBePartition(parquet::Type type) {
  return type == parquet::Type::kInt32 || type == parquet::Type::kInt64 ||
         type == parquet::Type::kText || type == parquet::Type::kDate;
}

}  // namespace

bool Cells::AreEqual(idx_t a, idx_t b) const {
  if (IsNull(a) || IsNull(b)) return IsNull(a) == IsNull(b);
  return type_ == parquet::Type::kText ? Text(a) == Text(b) : Integer(a) == Integer(b);
}

std::optional<std::string> Cells::PartitionValue(idx_t row) const {
  if (IsNull(row)) return std::nullopt;
  if (type_ == parquet::Type::kText) return std::string(Text(row));
  if (type_ == parquet::Type::kDate) return parquet::DateText(Integer(row));
  return std::to_string(Integer(row));
}

bool OwnFilesCanHold(const WriteRequest& request, const std::vector<Column>& columns) {
  bool any_data = false;
  for (const Column& column : columns) {
    const std::optional<parquet::Type> type = TypeOf(column.type);
    const bool partitions = std::ranges::count(request.partition_columns, column.name) > 0;
    if (!type || (partitions && !CanBePartition(*type))) return false;
    any_data |= !partitions;
  }
  return any_data;
}

RowLayout LayoutOf(const WriteRequest& request, const std::vector<Column>& columns) {
  RowLayout layout;
  for (const Column& column : columns) layout.types.push_back(*TypeOf(column.type));
  for (const std::string& name : request.partition_columns) {
    for (size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name == name) layout.partition_index.push_back(static_cast<int>(c));
    }
  }
  for (size_t c = 0; c < columns.size(); ++c) {
    if (std::ranges::count(request.partition_columns, columns[c].name) > 0) continue;
    layout.data_index.push_back(static_cast<int>(c));
    layout.data_columns.push_back({columns[c].name, layout.types[c]});
  }
  return layout;
}

Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
    return MakeError(ErrorKind::kIo, "cannot create {}: {}", path, strerror(errno));
  }
  return {};
}

std::map<std::string, delta::ColumnRange> RangesOf(const std::vector<parquet::Column>& columns,
                                                   std::vector<parquet::ColumnSummary> summaries) {
  std::map<std::string, delta::ColumnRange> ranges;
  for (size_t c = 0; c < columns.size(); ++c) {
    delta::ColumnRange& range = ranges[columns[c].name];
    range.null_count = summaries[c].null_count;
    range.has_nan = summaries[c].has_nan;
    range.min = std::move(summaries[c].min);
    range.max = std::move(summaries[c].max);
  }
  return ranges;
}

}  // namespace cadenza::engine

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delta/statistics.h"

namespace cadenza::engine {

/// A column as SQL names it: BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, DATE,
/// TIMESTAMP WITH TIME ZONE.
struct Column {
  std::string name;
  std::string type;

  bool operator==(const Column&) const = default;
};

/// A column of a bound relation.
struct ColumnOf {
  std::string relation;
  std::string column;
};

/// A small result, every value as text; nullopt = NULL.
struct RowSet {
  std::vector<Column> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;

  /// The one value of a one-row result as a number; 0 when there is none.
  int64_t Number(size_t row = 0, size_t column = 0) const;
  std::string Text(size_t row = 0, size_t column = 0) const;
};

/// Of one file, in the order of the partition columns; nullopt = NULL.
using PartitionValues = std::vector<std::optional<std::string>>;

/// Parquet files that together are a relation.
struct FileRelation {
  std::vector<Column> columns;
  std::vector<std::string> partition_columns;  ///< not in the files
  std::string folder;                          ///< the table's root, a path or s3://…
  std::vector<std::string> files;              ///< relative to folder, or absolute
  /// One of each file; none at all: the folders below the root say them (Hive style).
  std::vector<PartitionValues> partition_values = {};
  bool columns_were_added = false;  ///< older files may lack columns
  std::string path_column;     ///< a further column with the row's file as named above; empty: none
  int64_t delta_version = -1;  ///< all files of this version of the Delta table; -1: not known

  /// One of the files, with its folder; without the scheme of file:// and in the way that s3a://
  /// is written here.
  std::string PathOf(const std::string& file) const;
};

/// Files that another program made, with the columns that they have.
struct ForeignFiles {
  enum class Format { kParquet, kDelta, kJson, kCsv };
  Format format = Format::kParquet;
  std::vector<std::string> files;  ///< of a Delta table its folder
};

struct WriteRequest {
  std::string select;                          ///< the rows
  std::string folder;                          ///< the table's root, created when missing
  std::string subfolder;                       ///< below folder, or empty
  std::vector<std::string> partition_columns;  ///< left out of the files
  std::string file_prefix = "part";            ///< names are <prefix>-<uuid>.parquet
  bool ordered = false;  ///< the file keeps the order of the select; not with partitions
  /// About how many partitions to expect; a layout of very many small files takes another way.
  int64_t partitions_expected = 0;
};

/// A Parquet file that a Write made.
struct WrittenFile {
  std::string path;    ///< relative to the table's root, as on disk
  std::string folder;  ///< below which it was written: that of the request
  std::map<std::string, std::optional<std::string>> partition_values;
  int64_t size_bytes = 0;
  int64_t rows = 0;
  std::map<std::string, delta::ColumnRange> columns;
};

}  // namespace cadenza::engine

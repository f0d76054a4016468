#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parquet/flat_file.h"
#include "simulate/file_sink.h"

namespace cadenza::simulate {

/// A table as Parquet files in a folder of its name: truth_users/00001.parquet, … Rows are held
/// until a file is full.
class TableFile {
 public:
  TableFile(std::string table, std::vector<parquet::Column> columns, FileSink* sink);

  parquet::FlatFileWriter& row() { return writer_; }
  /// After the values of a row were appended.
  Status EndRow();
  /// Writes what is held; to be called at the end.
  Status EndFile();
  int64_t rows() const { return rows_; }

 private:
  static constexpr int64_t kRowsMax = 250'000;
  std::string table_;
  parquet::FlatFileWriter writer_;
  FileSink* sink_;
  int64_t rows_ = 0;
  int files_ = 0;
};

}  // namespace cadenza::simulate

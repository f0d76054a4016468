#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "parquet/table_file.h"

namespace cadenza::engine {

/// Readers share the work by row groups: many rows for small dictionaries, few enough for all
/// cores.
inline constexpr int64_t kRowGroupRows = 122'880;

/// A Parquet file on disk that takes row groups from any thread, in the order in which they come.
/// The file appears with the first one. Errors are kIo and name the path.
class RowGroupFile {
 public:
  RowGroupFile(std::string path, const std::vector<parquet::Column>& columns);

  /// Thread-safe.
  Status Append(parquet::RowGroup row_group, std::string_view bytes);
  /// Writes the footer: rows, size and ranges of what was written; where it lies is the caller's to
  /// say. After the last Append.
  Result<WrittenFile> Finish();

 private:
  const std::string path_;
  const std::vector<parquet::Column> columns_;
  std::mutex mutex_;  ///< of table_
  parquet::TableFile table_;
};

/// A name below the table's root that no file has yet.
std::string NewFileName(const WriteRequest& request, const std::string& folder);

}  // namespace cadenza::engine

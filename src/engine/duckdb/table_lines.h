#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/s3/client.h"
#include "storage/source_file.h"

namespace cadenza::engine {

/// Reads the rows of Parquet files and Delta tables as lines. It has a database of its own with
/// one thread: rows keep their order, many files are read at once by as many threads of the caller,
/// and what a damaged file does to a database stays in that one. Thread-safe.
class TableLines {
 public:
  explicit TableLines(std::shared_ptr<s3::Client> client) : client_(std::move(client)) {}

  /// Sets the file's `rows`, after a look at its columns: engine::Engine::OpenTable.
  Status Open(SourceFile* file, std::string_view needed_key);
  /// What a pattern names, with its tables opened.
  Result<std::vector<SourceFile>> List(const std::string& pattern, std::string_view needed_key);

 private:
  class Database;
  class Rows;
  class Stream;
  Result<std::shared_ptr<Database>> Ready();

  std::shared_ptr<s3::Client> client_;
  std::mutex mutex_;
  std::shared_ptr<Database> database_;  ///< made when the first table is opened
};

}  // namespace cadenza::engine

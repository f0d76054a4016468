#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/s3/client.h"

namespace cadenza::sources {

enum class FileFormat { kParquet, kJson, kCsv, kDelta };

/// The files that together are a source table.
struct TableFiles {
  FileFormat format = FileFormat::kParquet;
  std::vector<std::string> files;  ///< sorted; of a Delta table its folder
  std::vector<int64_t> sizes;      ///< of each, bytes as stored; of a folder 0
};

/// What the Parquet files below a folder take on disk, those too that only a past version has.
int64_t ParquetBytesBelow(const std::string& folder);

/// Source tables by name. In `folder` (empty: none) a table is a file or folder whose name is the
/// table's, alone or before a character that is no letter: sessions.parquet, sessions/,
/// sessions.parquet/ with part files, sessions_2025-07.csv, sessions-0001.json.gz; a folder on disk
/// with `_delta_log` is read as the Delta table that it is, one on S3 is kUsage. `named` gives
/// files, folders or globs of a table and wins over the folder. Each may be on S3, where `client`
/// is asked. Junk of systems and tools and empty files are passed over. kInput when a table's files
/// are of several formats, kNotFound when a named one is not there.
Result<std::map<std::string, TableFiles>> FindTables(
    const std::string& folder, const std::map<std::string, std::vector<std::string>>& named,
    s3::Client* client = nullptr);

}  // namespace cadenza::sources

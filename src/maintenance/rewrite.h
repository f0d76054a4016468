#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/run.h"

namespace cadenza::maintenance {

/// The folders of a file that hold its partition, below the table's own: "year=2018/month=11", ""
/// for none; nullopt when another writer named them in its own way.
std::optional<std::string> PartitionFolder(const delta::AddFile& file, size_t partition_columns);

/// How the rows of files are written anew.
struct RowsWanted {
  std::string where;                  ///< SQL condition for the rows that stay; empty: all
  std::vector<std::string> order_by;  ///< columns; empty: any order
  int64_t file_bytes = 0;             ///< of sorted rows: files of about this size; 0: one file
  /// Column and SQL expression that takes its place.
  std::optional<std::pair<std::string, std::string>> instead = {};
};

/// Writes rows of some files of one partition into new files of that partition, and adds both to
/// the change. Answers the rows written.
Result<int64_t> RewriteFiles(lake::Lake* lake, const lake::Run& run, const lake::TableState& state,
                             const std::vector<const delta::AddFile*>& files,
                             const RowsWanted& wanted, lake::TableChange* change);

}  // namespace cadenza::maintenance

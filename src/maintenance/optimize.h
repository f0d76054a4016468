#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "maintenance/care_options.h"

namespace cadenza::maintenance {

struct OptimizeOptions : CareOptions {
  std::vector<std::string> tables;  ///< names; empty: every table of the lake
  /// Files are brought to about this size. Smaller than three quarters of it counts as small.
  int64_t file_bytes = int64_t{128} << 20;
  /// By table: the columns by which the rows of each partition are sorted, so that queries that
  /// ask for a few of their values can leave most files and row groups out.
  std::map<std::string, std::vector<std::string>> cluster;
};

/// What a rewrite does, or would do, to one table.
struct TableRewrite {
  std::string table;
  int64_t files_before = 0, files_after = 0;
  int64_t files_read = 0, files_written = 0;
  int64_t bytes_read = 0, bytes_written = 0;
  int64_t rows = 0;      ///< rewritten
  int64_t version = -1;  ///< that the rewrite made; -1: none
};

struct OptimizeSummary {
  int64_t run = 0;  ///< 0: nothing was to be done
  std::vector<TableRewrite> tables;
  double seconds = 0;
};

/// Brings the rows of small files together, partition by partition, or sorts them. No row changes:
/// a rewrite that does not hold exactly as many rows as it read is refused. One run, one manifest;
/// other programs may append meanwhile, and when one took away a file that was read, kConflict.
/// A dry run fills the summary with what would be read and, roughly, what would be written.
Result<OptimizeSummary> Optimize(lake::Lake* lake, const OptimizeOptions& options);

}  // namespace cadenza::maintenance

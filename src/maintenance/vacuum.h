#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "maintenance/care_options.h"

namespace cadenza::maintenance {

inline constexpr int64_t kHourMs = int64_t{60} * 60 * 1000;
/// A reader or a writer at work may need a file for as long; shorter only when asked twice.
inline constexpr int64_t kShortestRetentionMs = 168 * kHourMs;

struct VacuumOptions : CareOptions {
  int64_t retention_ms = kShortestRetentionMs;
  bool allow_short_retention = false;
  int64_t now_ms = 0;  ///< 0: the system clock
};

struct TableVacuum {
  std::string table;
  int64_t files_deleted = 0, bytes_deleted = 0;
  int64_t files_kept = 0, bytes_kept = 0;  ///< not live, but within the retention
  int64_t log_files_deleted = 0;
  int64_t oldest_version = -1;  ///< that can be read afterwards; -1 for Parquet
};

struct ListenersVacuumed {
  int64_t gone = 0;     ///< no earlier version has what they asked to be removed any more
  int64_t pending = 0;  ///< earlier versions within the retention have it
};

struct VacuumSummary {
  int64_t run = 0;  ///< 0: nothing was to be done
  std::vector<TableVacuum> tables;
  int64_t manifests_deleted = 0;
  ListenersVacuumed forgotten, rectified;
  std::vector<std::string> warnings;
  double seconds = 0;
};

/// Deletes the data files that nobody needs any more: not live, and in no version that could be
/// read within the retention; then what each log may forget (delta.logRetentionDuration), then the
/// manifests of runs as old. Where a listener was forgotten or rectified before the retention
/// began, the logs lose what came before, statistics included, whatever its age. An unfinished run
/// is undone first, because it may need such files. Can be cut off anywhere; the next call goes on.
/// kUsage for a retention under a week that is not allowed by name. A dry run takes no lock and
/// deletes nothing. When all is deleted and only the record of it fails, that is a warning.
Result<VacuumSummary> Vacuum(lake::Lake* lake, const VacuumOptions& options);

}  // namespace cadenza::maintenance

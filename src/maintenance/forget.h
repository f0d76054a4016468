#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::maintenance {

struct ForgetOptions {
  std::vector<std::string> users;  ///< user ids as the lake has them
  /// Takes the users off the list instead, so that later runs take their events in again.
  bool readmit = false;
  bool dry_run = false;
  std::function<bool()> keep_waiting;
  std::function<void(const std::string& table)> on_table;
};

struct TableForgetting {
  std::string table;
  int64_t rows_removed = 0;
  int64_t rows_changed = 0;  ///< kept with the listener taken out of a text
  int64_t files_rewritten = 0;
  int64_t files_written = 0;
  int64_t bytes_rewritten = 0;
};

struct ForgetSummary {
  int64_t run = 0;                        ///< 0: nothing was to be done
  std::vector<TableForgetting> tables;    ///< those that hold something of them
  std::vector<std::string> source_files;  ///< files outside of the lake that held events of them
  int64_t listeners_found = 0;            ///< of the users, those with rows in the lake
  int64_t listeners_listed = 0;           ///< newly on the list, or taken off it
  double seconds = 0;
};

/// Removes what a lake holds of listeners, in one run: their rows in every table that has a
/// user_id or customer_id, times of play that were only theirs, quarantined lines that tell of them
/// (see ingest::Forgotten), and findings of audits that name them. Their hashed marks go on the
/// list of ops.forgotten. Earlier versions hold the rows until Vacuum deletes them.
/// A run that is killed has done nothing; the same call again completes it, and once more changes
/// nothing.
Result<ForgetSummary> Forget(lake::Lake* lake, const ForgetOptions& options);

}  // namespace cadenza::maintenance

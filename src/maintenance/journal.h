#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/run.h"

namespace cadenza::maintenance {

struct JournalEntry {
  std::string table;
  int64_t rows_removed = 0;
  int64_t files_removed = 0;
  int64_t files_added = 0;
  int64_t bytes_removed = 0;
  int64_t bytes_added = 0;
};

/// The rows that a command adds to ops.maintenance.
class Journal {
 public:
  explicit Journal(std::string command) : command_(std::move(command)) {}

  void Add(JournalEntry entry) { entries_.push_back(std::move(entry)); }
  bool empty() const { return entries_.empty(); }
  /// `change`: what else happens to ops.maintenance in this run, because a table is staged once.
  Status Stage(lake::Lake* lake, lake::Run* run, lake::TableChange change = {}) const;

 private:
  std::string command_;
  std::vector<JournalEntry> entries_;
};

}  // namespace cadenza::maintenance

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/findings.h"
#include "ingest/ledger.h"
#include "lake/run.h"

namespace cadenza::ingest {

/// How a bronze table changes in a run.
struct BronzeChange {
  lake::TableState before;
  lake::TableChange change;
  /// Those of change.added that hold new rows only, all of them after no earlier row changed.
  std::vector<engine::WrittenFile> appended;
  /// UTC days (yyyy-mm-dd) on which earlier rows changed: their files are written anew. For the
  /// catalogue, which has no days, one empty text.
  std::set<std::string> rewritten_days;
  int64_t rows_added = 0;
  int64_t duplicates = 0;
  int64_t conflicts = 0;  ///< rows that are variants of a key, of the days looked at

  lake::TableState After() const { return lake::Applied(before, change); }
  /// Whether rows of After() may be variants of a key; of earlier files it is not known.
  bool MayHoldConflicts() const {
    return conflicts > 0 || (!before.files.empty() && !change.remove_all);
  }
};

/// Turns the staged files of a scan into a change of the bronze table, so that each distinct row
/// is kept once, under its least (_file, _offset), whatever the order of arrival.
/// Days without a repeated key keep the staged files as they are; only the others are looked at
/// row by row, in groups of days that bound the memory.
class Deduplication {
 public:
  Deduplication(lake::Run* run, engine::Engine* engine, const lake::Model& model, Source source)
      : run_(run), engine_(engine), model_(model), source_(source) {}

  /// The ledger must hold this run's entries already; duplicates are moved there.
  Result<BronzeChange> Resolve(lake::TableState before, std::vector<engine::WrittenFile> staged,
                               const Findings& findings, const std::set<std::string>& files_read,
                               Ledger* ledger);

 private:
  Result<std::set<std::string>> DaysToLookAt(const Findings& findings);
  Status AddDaysThatMeetEarlierRows(std::set<std::string>* days);
  Status ResolveDays(const std::set<std::string>& days, const std::set<std::string>& files_read,
                     Ledger* ledger);
  Status MaterializeResolved(const std::set<std::string>& days);
  Status WriteDays(const std::set<std::string>& days, bool rewrite);
  std::string DayOf(const std::map<std::string, std::optional<std::string>>& values) const;
  std::string DayFilter(const std::set<std::string>& days) const;
  int64_t RowsOfDay(const std::string& day) const;

  lake::Run* run_;
  engine::Engine* engine_;
  const lake::Model& model_;
  Source source_;
  std::vector<engine::WrittenFile> staged_;
  BronzeChange result_;
};

}  // namespace cadenza::ingest

#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/ingest.h"
#include "lake/run.h"

namespace cadenza::warehouse {

struct RefreshOptions {
  bool full_refresh = false;
  /// Partition columns of silver tables other than the models' own.
  std::map<std::string, std::vector<std::string>> partitions;
  /// The last rank of a match that fills song_id; empty: all (text_edition).
  std::string match_until;
  bool year_zero_as_null = false;  ///< of songs; the default keeps the 0 of the catalogue
};

/// A silver table that a run brings up to date.
struct RefreshTarget {
  const lake::Model* model;
  lake::TableState before;
  std::vector<std::string> partitions;
};
/// With the partition columns that it has, or by the options and the model where these may still be
/// chosen.
Result<RefreshTarget> TargetOf(lake::Lake* lake, const RefreshOptions& options,
                               const std::string& table);
/// Partition columns that exist can be changed by writing all again, except in a Delta table.
bool MayChangePartitions(const lake::Lake& lake, const RefreshOptions& options);
bool ByYearAndMonth(const std::vector<std::string>& partitions);

/// What the silver refresh did.
struct RefreshResult {
  std::set<std::string> changed;  ///< tables with staged changes
  std::vector<std::string> warnings;
};

/// Brings the silver tables up to date with a run's bronze: new plays are appended, months whose
/// events or matches changed are written anew, small tables are computed again and only written
/// when they differ. Incremental = full, whatever the order of arrival. Leaves every silver table
/// bound under its name at its new state (the fact table and time: the months touched).
class SilverRefresh {
 public:
  SilverRefresh(lake::Lake* lake, lake::Run* run, const ingest::IngestResult& bronze,
                const RefreshOptions& options);
  Result<RefreshResult> Work();

  /// The catalogue's tables alone, on the engine here, with song_texts; what changed so far.
  Result<RefreshResult> WorkOnCatalogue();
  /// SQL: a model's rows, as the options want them.
  std::string SelectOf(const lake::Model& model) const;

 private:
  struct Target : RefreshTarget {
    bool all = false;  ///< computed from everything
  };

  Result<Target> TargetOf(const std::string& table) const;
  Status BindModelView(const char* name);
  Status BindCatalogue();
  Status FindMonthsToRewrite();
  Status AddMonthsOfMatches();
  Status BindEventsOfMonths(const Target& target, const std::string& only = "");
  Result<std::vector<engine::WrittenFile>> WriteMonths(const Target& target,
                                                       const std::string& select);
  Status RefreshMonths(const std::string& table);
  Status BindMonthsTouched(const Target& target, const lake::TableChange& change);
  Status RefreshUsers();
  bool NewEventsAreTheLatest() const;
  Status RefreshUsersFromNew(const Target& users, const Target& levels);
  Status RefreshCatalogueTable(const std::string& table);
  Status StageChangedPartitions(Target target, const std::string& rows_now);
  Result<bool> HasPartitionsOf(const Target& target, const std::string& rows);
  static std::string KeyColumn(const Target& target, const std::string& name,
                               const std::string& relation = "");
  static std::string KeyColumns(const Target& target);
  Status StageIfDifferent(const Target& target, const std::string& rows_now);
  Status StageAll(const Target& target, const std::string& rows_now);
  Result<int64_t> CountPartitions(const Target& target, const std::string& rows);
  void WarnOfTinyFiles(const Target& target, int64_t partitions, int64_t rows);
  void Stage(const Target& target, lake::TableChange change);

  lake::Lake* lake_;
  lake::Run* run_;
  engine::Engine* engine_;
  const ingest::IngestResult& bronze_;
  const RefreshOptions& options_;
  bool events_changed_;
  bool catalogue_changed_;
  std::set<std::string> months_;      ///< yyyy-mm, to be written anew
  std::set<std::string> days_bound_;  ///< of the events that are bound now
  /// yyyy-mm, whose rows the audits look at: of all tables so far
  std::set<std::string> months_touched_;
  bool all_months_touched_ = false;
  RefreshResult result_;
};

}  // namespace cadenza::warehouse

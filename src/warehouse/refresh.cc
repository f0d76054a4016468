#include "warehouse/refresh.h"

#include <algorithm>

#include "delta/partition_value.h"
#include "lake/table_rows.h"
#include "warehouse/file_days.h"
#include "warehouse/match_quality.h"

namespace cadenza::warehouse {
namespace {

constexpr int64_t kTinyFilesFrom = 1000;
constexpr int64_t kTinyRows = 1000;

using PartitionKey = std::vector<std::optional<std::string>>;

PartitionKey KeyOf(const std::vector<std::string>& partitions, const delta::AddFile& file) {
  PartitionKey key;
  for (const std::string& name : partitions) {
    key.push_back(delta::PartitionValue(file.partition_values, name));
  }
  return key;
}

}  // namespace

bool ByYearAndMonth(const std::vector<std::string>& partitions) {
  return partitions == std::vector<std::string>{"year", "month"};
}

bool MayChangePartitions(const lake::Lake& lake, const RefreshOptions& options) {
  return options.full_refresh && !lake.engine().commits_tables();
}

Result<RefreshTarget> TargetOf(lake::Lake* lake, const RefreshOptions& options,
                               const std::string& table) {
  RefreshTarget target;
  target.model = lake::FindModel(table);
  CADENZA_ASSIGN(target.before, lake->Load(*target.model));
  const auto chosen = options.partitions.find(table);
  target.partitions =
      target.before.exists ? target.before.partition_columns : target.model->partition_columns;
  if (chosen != options.partitions.end()) target.partitions = chosen->second;
  return target;
}

SilverRefresh::SilverRefresh(lake::Lake* lake, lake::Run* run, const ingest::IngestResult& bronze,
                             const RefreshOptions& options)
    : lake_(lake),
      run_(run),
      engine_(&lake->engine().here()),
      bronze_(bronze),
      options_(options),
      events_changed_(options.full_refresh || !bronze.events.change.empty()),
      catalogue_changed_(options.full_refresh || !bronze.songs.change.empty()) {}

Result<RefreshResult> SilverRefresh::WorkOnCatalogue() {
  CADENZA_TRY(BindCatalogue());
  for (const std::string& table : lake::TablesThatFollow(lake::Refresh::kCatalogue)) {
    CADENZA_TRY(RefreshCatalogueTable(table));
  }
  return result_;
}

Result<RefreshResult> SilverRefresh::Work() {
  CADENZA_TRY(WorkOnCatalogue());
  CADENZA_TRY(engine_->BindFiles("events", bronze_.events.After().Relation()));
  // Without conflicts each row is settled, and nobody has to look at its mark.
  CADENZA_TRY(bronze_.events.MayHoldConflicts()
                  ? BindModelView("settled_events")
                  : engine_->BindQuery("settled_events", "SELECT * FROM events"));
  CADENZA_TRY(RefreshUsers());
  CADENZA_TRY(FindMonthsToRewrite());
  // By name: songplays tells which months of time the audits look at.
  for (const std::string& table : lake::TablesThatFollow(lake::Refresh::kMonths)) {
    CADENZA_TRY(RefreshMonths(table));
  }
  return std::move(result_);
}

Result<SilverRefresh::Target> SilverRefresh::TargetOf(const std::string& table) const {
  Target target;
  CADENZA_ASSIGN(static_cast<RefreshTarget&>(target), warehouse::TargetOf(lake_, options_, table));
  target.all = options_.full_refresh || !target.before.exists;
  return target;
}

std::string SilverRefresh::SelectOf(const lake::Model& model) const {
  if (model.name == "songs" && options_.year_zero_as_null) {
    return "WITH songs_as_listed AS (" + model.select + ") " +
           lake::FindModel("songs_of_known_years")->select;
  }
  if (model.name == "play_matches" && !options_.match_until.empty()) {
    std::string kept;
    for (const std::string_view quality : kMatchQualities) {
      kept += (kept.empty() ? "" : ", ") + engine::QuoteText(quality);
      if (options_.match_until == quality) break;
    }
    return "SELECT * FROM (" + model.select + ") AS matches WHERE match_quality IN (" + kept + ")";
  }
  return model.select;
}

Status SilverRefresh::BindModelView(const char* name) {
  return engine_->BindQuery(name, SelectOf(*lake::FindModel(name)));
}

void SilverRefresh::Stage(const Target& target, lake::TableChange change) {
  if (target.all) change.remove_all = target.before.exists;
  if (!target.before.exists || !change.empty()) result_.changed.insert(target.model->name);
  run_->Stage(*target.model, target.before, target.partitions, std::move(change));
}

// The catalogue: songs, artists, artist_names ------------------------------------------------

Status SilverRefresh::BindCatalogue() {
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.After().Relation()));
  CADENZA_TRY(BindModelView("settled_song_records"));
  return engine_->Materialize("song_texts", SelectOf(*lake::FindModel("song_texts")));
}

Status SilverRefresh::RefreshCatalogueTable(const std::string& table) {
  CADENZA_ASSIGN(Target target, TargetOf(table));
  const std::string select = SelectOf(*target.model);
  if (!catalogue_changed_ && !target.all) return engine_->BindQuery(table, select);
  CADENZA_TRY(engine_->Materialize(table, select));
  if (target.all) return StageAll(target, table);
  if (target.partitions.empty()) return StageIfDifferent(target, table);
  return StageChangedPartitions(std::move(target), table);
}

Result<int64_t> SilverRefresh::CountPartitions(const Target& target, const std::string& rows) {
  if (target.partitions.empty()) return 0;
  CADENZA_ASSIGN(
      const engine::RowSet count,
      engine_->Query(fmt::format("SELECT count(*) FROM (SELECT DISTINCT {} FROM {}) AS p",
                                 engine::NameList(target.partitions), rows)));
  return count.Number();
}

void SilverRefresh::WarnOfTinyFiles(const Target& target, int64_t partitions, int64_t rows) {
  if (partitions < kTinyFilesFrom || rows / partitions >= kTinyRows) return;
  result_.warnings.push_back(fmt::format(
      "{} by ({}) makes {} files of {:.1f} rows on average; every reader has to open each of them. "
      "--full-refresh with --partition {}={} or --partition {}= (none) is better",
      target.model->name, fmt::join(target.partitions, ", "), partitions,
      static_cast<double>(rows) / static_cast<double>(partitions), target.model->name,
      target.partitions.front(), target.model->name));
}

Status SilverRefresh::StageAll(const Target& target, const std::string& rows_now) {
  engine::WriteRequest request =
      run_->Request(*target.model, target.partitions, "SELECT * FROM " + rows_now);
  CADENZA_ASSIGN(request.partitions_expected, CountPartitions(target, rows_now));
  lake::TableChange change;
  CADENZA_ASSIGN(change.added, engine_->Write(request));
  int64_t rows = 0;
  for (const engine::WrittenFile& file : change.added) rows += file.rows;
  WarnOfTinyFiles(target, request.partitions_expected, rows);
  Stage(target, std::move(change));
  return {};
}

Status SilverRefresh::StageIfDifferent(const Target& target, const std::string& rows_now) {
  CADENZA_ASSIGN(const bool differs,
                 lake::DifferFromTable(engine_, "SELECT * FROM " + rows_now, target.before));
  if (!differs) return {};
  lake::TableChange change;
  change.remove_all = true;
  CADENZA_ASSIGN(change.added, engine_->Write(run_->Request(*target.model, target.partitions,
                                                            "SELECT * FROM " + rows_now)));
  Stage(target, std::move(change));
  return {};
}

/// SQL: a partition column's value as Delta knows it, which takes an empty text for NULL.
std::string SilverRefresh::KeyColumn(const Target& target, const std::string& name,
                                     const std::string& relation) {
  const std::string column = relation + engine::QuoteName(name);
  const auto& columns = target.model->columns;
  const auto found = std::ranges::find(columns, name, &lake::ModelColumn::name);
  const bool text = found != columns.end() && found->type == "VARCHAR";
  return text ? "nullif(" + column + ", '')" : column;
}

std::string SilverRefresh::KeyColumns(const Target& target) {
  std::string keys;
  for (const std::string& name : target.partitions) {
    keys += (keys.empty() ? "" : ", ") + KeyColumn(target, name) + " AS " + engine::QuoteName(name);
  }
  return keys;
}

/// True when a query's rows lie in the partitions that the table has, as many in each.
Result<bool> SilverRefresh::HasPartitionsOf(const Target& target, const std::string& rows) {
  CADENZA_ASSIGN(const engine::RowSet counted,
                 engine_->Query(fmt::format("SELECT count(*), {} FROM {} GROUP BY ALL",
                                            KeyColumns(target), rows)));
  std::map<PartitionKey, int64_t> expected, stored;
  for (size_t r = 0; r < counted.rows.size(); ++r) {
    const auto& row = counted.rows[r];
    expected[PartitionKey(row.begin() + 1, row.end())] = counted.Number(r);
  }
  for (const auto& [path, file] : target.before.files) {
    stored[KeyOf(target.partitions, file)] += lake::RowsOf(file);
  }
  return expected == stored;
}

/// Only the partitions whose rows changed. What they held before comes from the catalogue of
/// before, because thousands of small files are slower to read than the records to run through the
/// model again. Where that does not give the partitions that are there (an earlier run had other
/// settings), all are written anew.
Status SilverRefresh::StageChangedPartitions(Target target, const std::string& rows_now) {
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.before.Relation()));
  CADENZA_TRY(engine_->Materialize("rows_then", SelectOf(*target.model)));
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.After().Relation()));
  CADENZA_ASSIGN(const bool as_then, HasPartitionsOf(target, "rows_then"));
  if (!as_then) {
    target.all = true;
    return StageAll(target, rows_now);
  }
  const std::string keys = KeyColumns(target);
  CADENZA_TRY(engine_->Materialize(
      "partitions_changed",
      fmt::format("SELECT DISTINCT {0} FROM ((SELECT * FROM {1} EXCEPT ALL SELECT * FROM rows_then)"
                  " UNION ALL (SELECT * FROM rows_then EXCEPT ALL SELECT * FROM {1})) AS changes",
                  keys, rows_now)));
  std::string same;
  for (const std::string& name : target.partitions) {
    same += fmt::format("{}c.{} IS NOT DISTINCT FROM {}", same.empty() ? "" : " AND ",
                        engine::QuoteName(name), KeyColumn(target, name, "r."));
  }
  engine::WriteRequest request = run_->Request(
      *target.model, target.partitions,
      fmt::format("SELECT r.* FROM {} AS r WHERE EXISTS (SELECT 1 FROM partitions_changed AS c "
                  "WHERE {})",
                  rows_now, same));
  CADENZA_ASSIGN(const engine::RowSet changed, engine_->Query("SELECT * FROM partitions_changed"));
  request.partitions_expected = static_cast<int64_t>(changed.rows.size());
  lake::TableChange change;
  if (!changed.rows.empty()) {
    CADENZA_ASSIGN(change.added, engine_->Write(request));
    const std::set<PartitionKey> wanted(changed.rows.begin(), changed.rows.end());
    for (const auto& [path, file] : target.before.files) {
      if (wanted.contains(KeyOf(target.partitions, file))) change.removed.push_back(path);
    }
  }
  Stage(target, std::move(change));
  return {};
}

// Listeners: users, user_levels --------------------------------------------------------------

bool SilverRefresh::NewEventsAreTheLatest() const {
  if (!bronze_.events.rewritten_days.empty()) return false;
  std::string last_before, first_new;
  for (const auto& [path, file] : bronze_.events.before.files) {
    last_before = std::max(last_before, DayOfFile(file.partition_values));
  }
  for (const engine::WrittenFile& file : bronze_.events.appended) {
    const std::string day = DayOfFile(file.partition_values);
    if (first_new.empty() || day < first_new) first_new = day;
  }
  return !last_before.empty() && last_before < first_new;
}

/// All new events are later than all earlier ones: a listener's new state wins, and of the earlier
/// history only the level that lasts can change, in when it ends. The others stay as they are: of
/// spans that begin in one moment the table does not say which event came first.
Status SilverRefresh::RefreshUsersFromNew(const Target& users, const Target& levels) {
  CADENZA_TRY(engine_->BindFiles("users_before", users.before.Relation()));
  CADENZA_TRY(engine_->BindFiles("user_levels_before", levels.before.Relation()));
  CADENZA_TRY(engine_->Materialize("user_days_new", SelectOf(*lake::FindModel("user_days"))));
  CADENZA_TRY(engine_->BindQuery("user_days", "SELECT * FROM user_days_new"));
  CADENZA_TRY(engine_->Materialize("users_new", SelectOf(*users.model)));
  CADENZA_TRY(engine_->Materialize("users", lake::FindModel("users_laid_over")->select));
  CADENZA_TRY(engine_->Materialize("user_days", lake::FindModel("user_days_laid_over")->select));
  CADENZA_TRY(engine_->BindQuery("user_levels_new", SelectOf(*levels.model)));
  return engine_->Materialize("user_levels", lake::FindModel("user_levels_laid_over")->select);
}

Status SilverRefresh::RefreshUsers() {
  CADENZA_ASSIGN(const Target users, TargetOf("users"));
  CADENZA_ASSIGN(const Target levels, TargetOf("user_levels"));
  const bool all = users.all || levels.all;
  if (!events_changed_ && !all) {
    CADENZA_TRY(engine_->BindFiles("user_levels", levels.before.Relation()));
    return engine_->BindFiles("users", users.before.Relation());
  }
  const lake::TableState after = bronze_.events.After();
  if (!all && NewEventsAreTheLatest()) {
    std::set<std::string> fresh;
    for (const engine::WrittenFile& file : bronze_.events.appended) fresh.insert(file.path);
    CADENZA_TRY(engine_->BindFiles("events", after.RelationOf([&](const delta::AddFile& file) {
      return fresh.contains(file.path);
    })));
    CADENZA_TRY(RefreshUsersFromNew(users, levels));
  } else {
    CADENZA_TRY(engine_->BindFiles("events", after.Relation()));
    CADENZA_TRY(engine_->Materialize("user_days", SelectOf(*lake::FindModel("user_days"))));
    CADENZA_TRY(engine_->Materialize("users", SelectOf(*users.model)));
    CADENZA_TRY(engine_->Materialize("user_levels", SelectOf(*levels.model)));
  }
  CADENZA_TRY(engine_->Drop("user_days"));
  for (const Target* target : {&users, &levels}) {
    CADENZA_TRY(target->all ? StageAll(*target, target->model->name)
                            : StageIfDifferent(*target, target->model->name));
  }
  return {};
}

}  // namespace cadenza::warehouse

#include "warehouse/refresh.h"

#include <algorithm>
#include <array>

#include "lake/table_rows.h"

namespace cadenza::warehouse {
namespace {

constexpr int64_t kTinyFilesFrom = 1000;
constexpr int64_t kTinyRows = 1000;
constexpr std::array<const char*, 6> kQualities = {"exact",      "close",      "edition",
                                                   "text_exact", "text_close", "text_edition"};

std::optional<std::string> Value(const std::map<std::string, std::optional<std::string>>& values,
                                 const char* name) {
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : found->second;
}

/// yyyy-mm of a file that is partitioned by year and month.
std::string MonthOfFile(const std::map<std::string, std::optional<std::string>>& values) {
  const std::string year = Value(values, "year").value_or("0");
  const std::string month = Value(values, "month").value_or("0");
  return fmt::format("{:0>4}-{:0>2}", year, month);
}

std::string DayOfFile(const std::map<std::string, std::optional<std::string>>& values) {
  return Value(values, "event_date").value_or("");
}

using PartitionKey = std::vector<std::optional<std::string>>;

PartitionKey KeyOf(const std::vector<std::string>& partitions, const delta::AddFile& file) {
  PartitionKey key;
  for (const std::string& name : partitions) {
    key.push_back(Value(file.partition_values, name.c_str()));
  }
  return key;
}

std::string Names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + engine::QuoteName(name);
  }
  return list;
}

}  // namespace

std::string MonthOfDay(const std::string& day) { return day.substr(0, 7); }

bool ByYearAndMonth(const std::vector<std::string>& partitions) {
  return partitions == std::vector<std::string>{"year", "month"};
}

bool MayChangePartitions(const lake::Lake& lake, const RefreshOptions& options) {
  return options.full_refresh && !lake.engine().commits_tables();
}

Result<RefreshTarget> TargetOf(lake::Lake* lake, const RefreshOptions& options, const char* table) {
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
  for (const char* table : {"songs", "artists", "artist_names"}) {
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
  for (const char* table : {"songplays", "time"}) CADENZA_TRY(RefreshMonths(table));
  return std::move(result_);
}

Result<SilverRefresh::Target> SilverRefresh::TargetOf(const char* table) const {
  Target target;
  CADENZA_ASSIGN(static_cast<RefreshTarget&>(target), warehouse::TargetOf(lake_, options_, table));
  target.all = options_.full_refresh || !target.before.exists;
  return target;
}

std::string SilverRefresh::SelectOf(const lake::Model& model) const {
  if (model.name == "songs" && options_.year_zero_as_null) {
    return "SELECT song_id, title, artist_id, nullif(year, 0) AS year, duration FROM (" +
           model.select + ") AS songs";
  }
  if (model.name == "play_matches" && !options_.match_until.empty()) {
    std::string kept;
    for (const char* quality : kQualities) {
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

Status SilverRefresh::RefreshCatalogueTable(const char* table) {
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
                                 Names(target.partitions), rows)));
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
  CADENZA_TRY(engine_->Materialize(
      "users",
      "SELECT * FROM users_new UNION ALL SELECT * FROM users_before AS b WHERE NOT EXISTS "
      "(SELECT 1 FROM users_new AS n WHERE n.user_id = b.user_id)"));
  CADENZA_TRY(engine_->Materialize(
      "user_days",
      "SELECT * FROM user_days_new UNION ALL "
      "SELECT user_id, CAST(NULL AS DATE), level, level, unix_millis(valid_from), NULL "
      "FROM user_levels_before WHERE valid_to IS NULL"));
  CADENZA_TRY(engine_->Materialize(
      "user_levels", "SELECT * FROM (" + SelectOf(*levels.model) +
                         ") AS l UNION ALL "
                         "SELECT * FROM user_levels_before WHERE valid_to IS NOT NULL"));
  return {};
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

// By month: songplays, time ------------------------------------------------------------------

/// Earlier plays that a changed song may mean now: those with its title and artist.
Status SilverRefresh::AddMonthsOfMatches() {
  CADENZA_TRY(engine_->BindFiles("events", bronze_.events.before.Relation()));
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.before.Relation()));
  CADENZA_TRY(engine_->Materialize("song_texts_then", SelectOf(*lake::FindModel("song_texts"))));
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.After().Relation()));
  CADENZA_ASSIGN(
      const engine::RowSet months,
      engine_->Query(
          "SELECT DISTINCT substr(CAST(event_date AS VARCHAR), 1, 7) FROM events JOIN ("
          "SELECT song, artist FROM (SELECT DISTINCT song, artist FROM events"
          " WHERE page = 'NextSong' AND song IS NOT NULL AND artist IS NOT NULL) AS texts "
          "WHERE EXISTS (SELECT 1 FROM ("
          "(SELECT * FROM song_texts EXCEPT ALL SELECT * FROM song_texts_then) UNION ALL "
          "(SELECT * FROM song_texts_then EXCEPT ALL SELECT * FROM song_texts)) AS changed "
          "WHERE changed.title_text = match_text(texts.song)"
          " AND changed.artist_text = match_text(texts.artist))) AS meant "
          "ON meant.song = events.song AND meant.artist = events.artist "
          "WHERE events.page = 'NextSong'"));
  for (size_t r = 0; r < months.rows.size(); ++r) months_.insert(months.Text(r));
  return {};
}

Status SilverRefresh::FindMonthsToRewrite() {
  for (const std::string& day : bronze_.events.rewritten_days) months_.insert(MonthOfDay(day));
  if (options_.full_refresh || !catalogue_changed_ || bronze_.events.before.files.empty()) {
    return {};
  }
  return AddMonthsOfMatches();
}

/// The events behind the rows to be written: the whole of the months to rewrite, elsewhere the new.
Status SilverRefresh::BindEventsOfMonths(const Target& target, const std::string& only) {
  const lake::TableState after = bronze_.events.After();
  std::set<std::string> fresh;
  for (const engine::WrittenFile& file : bronze_.events.appended) fresh.insert(file.path);
  days_bound_.clear();
  CADENZA_TRY(engine_->BindFiles("events", after.RelationOf([&](const delta::AddFile& file) {
    const std::string day = DayOfFile(file.partition_values);
    const std::string month = MonthOfDay(day);
    if (!target.all && !fresh.contains(file.path) && !months_.contains(month)) return false;
    if (!only.empty() && month != only) return false;
    days_bound_.insert(day);
    return true;
  })));
  if (target.model->name != "time") return {};
  CADENZA_ASSIGN(const engine::RowSet events, engine_->Query("SELECT count(*) FROM events"));
  const lake::Model& starts = *lake::FindModel("play_starts");
  return engine_->BindDistinct(starts.name, starts.with_copies, events.Number());
}

/// For the audits: the months that changed, new and earlier rows together. Those of songplays are
/// looked for in `time` too, which need not have changed there.
Status SilverRefresh::BindMonthsTouched(const Target& target, const lake::TableChange& change) {
  lake::TableState after = lake::Applied(target.before, change);
  after.partition_columns = target.partitions;
  all_months_touched_ |= target.all || !ByYearAndMonth(target.partitions);
  if (all_months_touched_) return engine_->BindFiles(target.model->name, after.Relation());
  for (const engine::WrittenFile& file : change.added) {
    months_touched_.insert(MonthOfFile(file.partition_values));
  }
  return engine_->BindFiles(target.model->name, after.RelationOf([&](const delta::AddFile& file) {
    const std::string month = MonthOfFile(file.partition_values);
    return months_.contains(month) || months_touched_.contains(month);
  }));
}

/// By year and month, each month is a plain write of its own: the engine's partitioned write would
/// copy every row once more, and the events behind a month are files of their own anyway.
Result<std::vector<engine::WrittenFile>> SilverRefresh::WriteMonths(const Target& target,
                                                                    const std::string& select) {
  if (!ByYearAndMonth(target.partitions)) {
    return engine_->Write(run_->Request(*target.model, target.partitions, select));
  }
  std::vector<std::string> kept;
  for (const lake::ModelColumn& column : target.model->columns) {
    if (column.name != "year" && column.name != "month") kept.push_back(column.name);
  }
  std::set<std::string> months;
  for (const std::string& day : days_bound_) months.insert(MonthOfDay(day));
  std::vector<engine::WrittenFile> files;
  for (const std::string& month : months) {
    CADENZA_TRY(BindEventsOfMonths(target, month));
    const std::string year = std::to_string(std::stoi(month.substr(0, 4)));
    const std::string number = std::to_string(std::stoi(month.substr(5, 2)));
    engine::WriteRequest request = run_->Request(
        *target.model, {}, "SELECT " + Names(kept) + " FROM (" + select + ") AS of_month");
    request.subfolder +=
        fmt::format("{}year={}/month={}", request.subfolder.empty() ? "" : "/", year, number);
    CADENZA_ASSIGN(std::vector<engine::WrittenFile> written, engine_->Write(request));
    for (engine::WrittenFile& file : written) {
      file.partition_values = {{"year", year}, {"month", number}};
      files.push_back(std::move(file));
    }
  }
  return files;
}

Status SilverRefresh::RefreshMonths(const char* table) {
  CADENZA_ASSIGN(Target target, TargetOf(table));
  // Another layout than by month cannot be rewritten month by month.
  if (!months_.empty() && !ByYearAndMonth(target.partitions)) target.all = true;
  if (!target.all && months_.empty() && bronze_.events.appended.empty()) {
    return engine_->BindFiles(table, target.before.Relation());
  }
  CADENZA_TRY(BindEventsOfMonths(target));
  if (target.model->name == "songplays") {
    CADENZA_TRY(engine_->Materialize("play_matches", SelectOf(*lake::FindModel("play_matches"))));
  }
  std::string select = SelectOf(*target.model);
  if (target.model->name == "time" && !target.all) {
    CADENZA_TRY(engine_->BindFiles("time_before", target.before.RelationOf([&](const auto& file) {
      return !ByYearAndMonth(target.partitions) ||
             !months_.contains(MonthOfFile(file.partition_values));
    })));
    select = "SELECT * FROM (" + select +
             ") AS now WHERE NOT EXISTS (SELECT 1 FROM time_before AS b "
             "WHERE b.start_time = now.start_time)";
  }
  lake::TableChange change;
  CADENZA_ASSIGN(change.added, WriteMonths(target, select));
  if (!target.all) {
    for (const auto& [path, file] : target.before.files) {
      if (months_.contains(MonthOfFile(file.partition_values))) change.removed.push_back(path);
    }
  }
  lake::TableChange staged = change;
  staged.remove_all = target.all;
  CADENZA_TRY(BindMonthsTouched(target, staged));
  Stage(target, std::move(change));
  return {};
}

}  // namespace cadenza::warehouse

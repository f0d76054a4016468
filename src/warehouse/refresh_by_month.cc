// The silver tables that follow the events by month: songplays, time.
#include "lake/table_rows.h"
#include "warehouse/file_days.h"
#include "warehouse/refresh.h"

namespace cadenza::warehouse {

/// Earlier plays that a changed song may mean now: those with its title and artist.
Status SilverRefresh::AddMonthsOfMatches() {
  CADENZA_TRY(engine_->BindFiles("events", bronze_.events.before.Relation()));
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.before.Relation()));
  CADENZA_TRY(engine_->Materialize("song_texts_then", SelectOf(*lake::FindModel("song_texts"))));
  CADENZA_TRY(engine_->BindFiles("song_records", bronze_.songs.After().Relation()));
  CADENZA_ASSIGN(const engine::RowSet months,
                 engine_->Query(lake::FindModel("rematched_months")->select));
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
    engine::WriteRequest request =
        run_->Request(*target.model, {},
                      "SELECT " + engine::NameList(kept) + " FROM (" + select + ") AS of_month");
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

Status SilverRefresh::RefreshMonths(const std::string& table) {
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

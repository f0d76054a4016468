#include "ingest/bronze.h"

#include <algorithm>
#include <chrono>

#include "ingest/resolution.h"

namespace cadenza::ingest {
namespace {

constexpr int64_t kRowsAtOnce = 2'000'000;

std::string DayText(int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

std::string Deduplication::DayOf(
    const std::map<std::string, std::optional<std::string>>& values) const {
  const auto found = values.find("event_date");
  return found == values.end() ? "" : found->second.value_or("");
}

std::string Deduplication::DayFilter(const std::set<std::string>& days) const {
  return source_ == Source::kSongs ? "true" : OnDays(days);
}

int64_t Deduplication::RowsOfDay(const std::string& day) const {
  int64_t rows = 0;
  for (const auto& [path, file] : result_.before.files) {
    if (DayOf(file.partition_values) == day) rows += lake::RowsOf(file);
  }
  for (const auto& file : staged_) {
    if (DayOf(file.partition_values) == day) rows += file.rows;
  }
  return rows;
}

Status Deduplication::AddDaysThatMeetEarlierRows(std::set<std::string>* days) {
  std::set<std::string> staged_days;
  for (const auto& file : staged_) staged_days.insert(DayOf(file.partition_values));
  std::set<std::string> common;
  for (const auto& [path, file] : result_.before.files) {
    const std::string day = DayOf(file.partition_values);
    if (staged_days.contains(day) && !days->contains(day)) common.insert(day);
  }
  if (common.empty()) return {};
  CADENZA_TRY(engine_->BindFiles("bronze_before", result_.before.RelationOf([&](const auto& file) {
    return common.contains(DayOf(file.partition_values));
  })));
  std::string keys, condition;
  int number = 0;
  for (const std::string& column : KeyOf(source_).columns) {
    keys += fmt::format(", {} AS k{}", column, number);
    condition += fmt::format(" AND b.k{0} IS NOT DISTINCT FROM s.k{0}", number);
    ++number;
  }
  const std::string day = source_ == Source::kLogs ? "event_date" : "DATE '1970-01-01'";
  CADENZA_ASSIGN(const engine::RowSet met,
                 engine_->Query(fmt::format(
                     "SELECT DISTINCT s.day FROM (SELECT {0} AS day{1} FROM bronze_staged) AS s "
                     "JOIN (SELECT {0} AS day{1} FROM bronze_before) AS b ON b.day = s.day{2}",
                     day, keys, condition)));
  for (const auto& row : met.rows) days->insert(source_ == Source::kLogs ? *row[0] : "");
  return {};
}

Result<std::set<std::string>> Deduplication::DaysToLookAt(const Findings& findings) {
  std::set<std::string> days;
  for (int32_t day : findings.DaysWithRepeatedKeys()) {
    days.insert(source_ == Source::kLogs ? DayText(day) : "");
  }
  CADENZA_TRY(AddDaysThatMeetEarlierRows(&days));
  return days;
}

Status Deduplication::MaterializeResolved(const std::set<std::string>& days) {
  CADENZA_TRY(engine_->BindFiles("bronze_before", result_.before.RelationOf([&](const auto& file) {
    return days.contains(DayOf(file.partition_values));
  })));
  return engine_->Materialize(kResolvedRows, ResolveRows(source_, DayFilter(days)));
}

Status Deduplication::WriteDays(const std::set<std::string>& days, bool rewrite) {
  if (days.empty()) return {};
  const std::string select =
      fmt::format("SELECT {} FROM {} WHERE copy = 1 AND {}{}", KeptColumns(model_), kResolvedRows,
                  DayFilter(days), rewrite ? "" : " AND is_new = 1");
  CADENZA_ASSIGN(const std::vector<engine::WrittenFile> files,
                 engine_->Write(run_->Request(model_, result_.before.partition_columns, select)));
  for (const engine::WrittenFile& file : files) {
    result_.change.added.push_back(file);
    if (!rewrite) result_.appended.push_back(file);
  }
  if (!rewrite) return {};
  for (const auto& [path, file] : result_.before.files) {
    if (days.contains(DayOf(file.partition_values))) result_.change.removed.push_back(path);
  }
  result_.rewritten_days.insert(days.begin(), days.end());
  return {};
}

Status Deduplication::ResolveDays(const std::set<std::string>& days,
                                  const std::set<std::string>& files_read, Ledger* ledger) {
  CADENZA_TRY(MaterializeResolved(days));
  CADENZA_ASSIGN(const Resolution resolution, ReadResolution(engine_, source_, files_read, ledger));
  result_.rows_added += resolution.rows_added;
  result_.duplicates += resolution.duplicates;
  result_.conflicts += resolution.conflicts;
  CADENZA_TRY(WriteDays(resolution.rewritten_days, true));
  CADENZA_TRY(WriteDays(resolution.appended_days, false));
  return engine_->Drop(kResolvedRows);
}

Result<BronzeChange> Deduplication::Resolve(lake::TableState before,
                                            std::vector<engine::WrittenFile> staged,
                                            const Findings& findings,
                                            const std::set<std::string>& files_read,
                                            Ledger* ledger) {
  result_.before = std::move(before);
  staged_ = std::move(staged);
  lake::TableChange staged_change;
  staged_change.added = staged_;
  lake::TableState nothing = result_.before;
  nothing.files.clear();
  CADENZA_TRY(
      engine_->BindFiles("bronze_staged", lake::Applied(nothing, staged_change).Relation()));
  CADENZA_ASSIGN(const std::set<std::string> days, DaysToLookAt(findings));
  std::vector<engine::WrittenFile> discarded;
  for (engine::WrittenFile& file : staged_) {
    if (days.contains(DayOf(file.partition_values))) {
      discarded.push_back(file);
      continue;
    }
    result_.rows_added += file.rows;
    result_.change.added.push_back(file);
    result_.appended.push_back(file);
  }
  std::set<std::string> group;
  int64_t rows = 0;
  for (const std::string& day : days) {
    group.insert(day);
    rows += RowsOfDay(day);
    if (rows < kRowsAtOnce && day != *days.rbegin()) continue;
    CADENZA_TRY(ResolveDays(group, files_read, ledger));
    group.clear();
    rows = 0;
  }
  run_->Discard(model_, discarded);
  return std::move(result_);
}

}  // namespace cadenza::ingest

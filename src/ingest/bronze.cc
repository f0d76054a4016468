#include "ingest/bronze.h"

#include <algorithm>
#include <chrono>

namespace cadenza::ingest {
namespace {

constexpr int64_t kRowsAtOnce = 2'000'000;

std::string DayText(int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string Joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string ColumnList(const lake::Model& model) {
  std::string list;
  for (const lake::ModelColumn& column : model.columns) {
    if (!list.empty()) list += ", ";
    // The flag that the rows carry is of the time when they were written.
    list += column.name == "is_conflict" ? "conflict_now AS is_conflict" : column.name;
  }
  return list;
}

}  // namespace

const BronzeKey& KeyOf(Source source) {
  static const BronzeKey kEvents = {
      {"ts_ms", "user_id", "session_id", "item_in_session",
       "CASE WHEN user_id IS NULL THEN page END"},
      "event_content(artist, auth, first_name, gender, last_name, length, level, location, method, "
      "page, registration, song, status, user_agent, _rescued)"};
  static const BronzeKey kSongs = {
      {"song_id"},
      "song_content(title, artist_id, artist_name, artist_location, artist_latitude, "
      "artist_longitude, duration, year, _rescued)"};
  return source == Source::kLogs ? kEvents : kSongs;
}

std::string Deduplication::DayOf(
    const std::map<std::string, std::optional<std::string>>& values) const {
  const auto found = values.find("event_date");
  return found == values.end() ? "" : found->second.value_or("");
}

std::string Deduplication::DayFilter(const std::set<std::string>& days) const {
  if (source_ == Source::kSongs) return "true";
  std::string list;
  for (const std::string& day : days) {
    list += (list.empty() ? "DATE " : ", DATE ") + engine::QuoteText(day);
  }
  return "event_date IN (" + list + ")";
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
  const BronzeKey& key = KeyOf(source_);
  const std::string keys = Joined(key.columns, ", ");
  return engine_->Materialize(
      "bronze_resolved",
      fmt::format(
          "SELECT *, row_number() OVER same AS copy,"
          " first_value(_file) OVER same AS kept_file,"
          " first_value(_offset) OVER same AS kept_offset,"
          " min(content) OVER (PARTITION BY {0}) <> max(content) OVER (PARTITION BY {0})"
          " AS conflict_now, min(is_new) OVER (PARTITION BY {0}) = 0 AS meets_earlier FROM ("
          "SELECT *, 0 AS is_new, {1} AS content FROM bronze_before WHERE {2} UNION ALL "
          "SELECT *, 1 AS is_new, {1} AS content FROM bronze_staged WHERE {2}) AS pool "
          "WINDOW same AS (PARTITION BY {0}, content ORDER BY _file, _offset, _length DESC, "
          "is_new)",
          keys, key.content, DayFilter(days)));
}

/// A line that was read again and is the kept row itself stays good. Of files that this run read,
/// all lines are new rows; of others, rows that lost their place become duplicates.
Status Deduplication::MoveDuplicates(const std::set<std::string>& files_read, Ledger* ledger) {
  CADENZA_ASSIGN(const engine::RowSet lost,
                 engine_->Query("SELECT _file, is_new, count(*), sum(_length) FROM bronze_resolved "
                                "WHERE copy > 1 AND (kept_file <> _file OR kept_offset <> _offset) "
                                "GROUP BY _file, is_new"));
  for (const auto& row : lost.rows) {
    const std::string file = row[0].value_or("");
    const bool is_new = row[1] == "1";
    if (is_new != files_read.contains(file)) continue;
    int64_t lines = std::strtoll(row[2]->c_str(), nullptr, 10);
    const int64_t bytes = std::strtoll(row[3]->c_str(), nullptr, 10);
    const LedgerEntry* entry = ledger->Find(source_, file);
    if (!entry) continue;
    if (is_new) result_.duplicates += lines;
    // A pretty-printed record spans lines: a file that is a duplicate as a whole takes them along.
    if (bytes == entry->counts.good_bytes) lines = entry->counts.good_lines;
    ledger->MoveToDuplicates(source_, file, lines, bytes);
  }
  return {};
}

Status Deduplication::WriteDays(const std::set<std::string>& days, bool rewrite) {
  if (days.empty()) return {};
  const std::string select =
      fmt::format("SELECT {} FROM bronze_resolved WHERE copy = 1 AND {}{}", ColumnList(model_),
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
  CADENZA_TRY(MoveDuplicates(files_read, ledger));
  const std::string day = source_ == Source::kLogs ? "CAST(event_date AS VARCHAR)" : "''";
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine_->Query(fmt::format(
                     "SELECT {} AS day,"
                     " count(*) FILTER ((is_new = 0 AND (copy > 1 OR is_conflict <> conflict_now))"
                     " OR (is_new = 1 AND copy = 1 AND meets_earlier)),"
                     " count(*) FILTER (is_new = 1 AND copy = 1),"
                     " count(*) FILTER (copy = 1 AND conflict_now) "
                     "FROM bronze_resolved GROUP BY 1",
                     day)));
  std::set<std::string> rewritten, appended;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    result_.rows_added += rows.Number(r, 2);
    result_.conflicts += rows.Number(r, 3);
    if (rows.Number(r, 1) > 0) {
      rewritten.insert(rows.Text(r, 0));
    } else if (rows.Number(r, 2) > 0) {
      appended.insert(rows.Text(r, 0));
    }
  }
  CADENZA_TRY(WriteDays(rewritten, true));
  CADENZA_TRY(WriteDays(appended, false));
  return engine_->Drop("bronze_resolved");
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

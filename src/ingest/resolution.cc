#include "ingest/resolution.h"

#include <cstdlib>

namespace cadenza::ingest {
namespace {

std::string Joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

/// A line that was read again and is the kept row itself stays good. Of files that this run read,
/// all lines are new rows; of others, rows that lost their place become duplicates.
Result<int64_t> MoveDuplicates(engine::Engine* engine, Source source,
                               const std::set<std::string>& files_read, Ledger* ledger) {
  int64_t duplicates = 0;
  CADENZA_ASSIGN(
      const engine::RowSet lost,
      engine->Query(fmt::format("SELECT _file, is_new, count(*), sum(_length) FROM {} "
                                "WHERE copy > 1 AND (kept_file <> _file OR kept_offset <> _offset) "
                                "GROUP BY _file, is_new",
                                kResolvedRows)));
  for (const auto& row : lost.rows) {
    const std::string file = row[0].value_or("");
    const bool is_new = row[1] == "1";
    if (is_new != files_read.contains(file)) continue;
    int64_t lines = std::strtoll(row[2]->c_str(), nullptr, 10);
    const int64_t bytes = std::strtoll(row[3]->c_str(), nullptr, 10);
    const LedgerEntry* entry = ledger->Find(source, file);
    if (!entry) continue;
    if (is_new) duplicates += lines;
    // A pretty-printed record spans lines: a file that is a duplicate as a whole takes them along.
    if (bytes == entry->counts.good_bytes) lines = entry->counts.good_lines;
    ledger->MoveToDuplicates(source, file, lines, bytes);
  }
  return duplicates;
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

std::string ResolveRows(Source source, const std::string& where) {
  const BronzeKey& key = KeyOf(source);
  return fmt::format(
      "SELECT *, row_number() OVER same AS copy,"
      " first_value(_file) OVER same AS kept_file,"
      " first_value(_offset) OVER same AS kept_offset,"
      " min(content) OVER (PARTITION BY {0}) <> max(content) OVER (PARTITION BY {0})"
      " AS conflict_now, min(is_new) OVER (PARTITION BY {0}) = 0 AS meets_earlier FROM ("
      "SELECT *, 0 AS is_new, {1} AS content FROM bronze_before WHERE {2} UNION ALL "
      "SELECT *, 1 AS is_new, {1} AS content FROM bronze_staged WHERE {2}) AS pool "
      "WINDOW same AS (PARTITION BY {0}, content ORDER BY _file, _offset, _length DESC, "
      "is_new)",
      Joined(key.columns, ", "), key.content, where);
}

std::string KeptColumns(const lake::Model& model) {
  std::vector<std::string> list;
  for (const lake::ModelColumn& column : model.columns) {
    // The flag that the rows carry is of the time when they were written.
    list.push_back(column.name == "is_conflict" ? "conflict_now AS is_conflict" : column.name);
  }
  return Joined(list, ", ");
}

std::string OnDays(const std::set<std::string>& days) {
  std::vector<std::string> list;
  for (const std::string& day : days) list.push_back("DATE " + engine::QuoteText(day));
  return "event_date IN (" + Joined(list, ", ") + ")";
}

Result<Resolution> ReadResolution(engine::Engine* engine, Source source,
                                  const std::set<std::string>& files_read, Ledger* ledger) {
  Resolution resolution;
  CADENZA_ASSIGN(resolution.duplicates, MoveDuplicates(engine, source, files_read, ledger));
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine->Query(fmt::format(
          "SELECT {} AS day,"
          " count(*) FILTER (WHERE (is_new = 0 AND (copy > 1 OR is_conflict <> "
          "conflict_now)) OR (is_new = 1 AND copy = 1 AND meets_earlier)),"
          " count(*) FILTER (WHERE is_new = 1 AND copy = 1),"
          " count(*) FILTER (WHERE copy = 1 AND conflict_now) "
          "FROM {} GROUP BY 1",
          source == Source::kLogs ? "CAST(event_date AS VARCHAR)" : "''", kResolvedRows)));
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    resolution.rows_added += rows.Number(r, 2);
    resolution.conflicts += rows.Number(r, 3);
    if (rows.Number(r, 1) > 0) {
      resolution.rewritten_days.insert(rows.Text(r, 0));
    } else if (rows.Number(r, 2) > 0) {
      resolution.appended_days.insert(rows.Text(r, 0));
    }
  }
  return resolution;
}

}  // namespace cadenza::ingest

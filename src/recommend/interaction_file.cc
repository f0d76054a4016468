#include "recommend/interaction_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "engine/parquet_faults.h"

namespace cadenza::recommend {
namespace {

using engine::QuoteName;
using engine::QuoteText;

/// What a column may be called without being named.
const std::vector<std::string>& NamesOf(const std::string& field) {
  static const std::map<std::string, std::vector<std::string>> names = {
      {"user", {"user", "user_id", "listener", "listener_id", "customer_id", "userid"}},
      {"item",
       {"item", "item_id", "track", "track_id", "artist", "artist_id", "song_id", "itemid"}},
      {"value", {"value", "plays", "count", "weight", "rating", "playcount"}},
      {"time", {"time", "timestamp", "event_time", "ts", "date", "day"}}};
  return names.at(field);
}

bool IsParquet(const std::string& path) { return path.ends_with(".parquet"); }

std::string Lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return text;
}

/// Texts are read as texts, so that what is no number can be told; rows are numbered from 1.
std::string RowsOf(const std::string& path, bool numbered) {
  if (IsParquet(path)) {
    return fmt::format("(SELECT *{} FROM read_parquet({}{}))",
                       numbered ? " REPLACE (file_row_number + 1 AS file_row_number)" : "",
                       engine::QuotePath(path), numbered ? ", file_row_number = true" : "");
  }
  return fmt::format("(SELECT *{} FROM read_csv({}, header = true, all_varchar = true{}))",
                     numbered ? ", row_number() OVER () AS file_row_number" : "",
                     engine::QuotePath(path), numbered ? ", parallel = false" : "");
}

/// The file's columns by field; a field that is not there is left out.
Result<std::map<std::string, engine::Column>> FindColumns(
    engine::Engine* engine, const std::string& path,
    const std::map<std::string, std::string>& named) {
  CADENZA_ASSIGN(const std::vector<engine::Column> columns,
                 engine->Describe("SELECT * FROM " + RowsOf(path, false)));
  std::vector<std::string> there;
  for (const engine::Column& column : columns) there.push_back(column.name);
  std::map<std::string, engine::Column> found;
  for (const char* field : {"user", "item", "value", "time"}) {
    const auto given = named.find(field);
    const std::vector<std::string> wanted =
        given == named.end() ? NamesOf(field) : std::vector{Lowered(given->second)};
    for (const std::string& name : wanted) {
      const auto column = std::ranges::find_if(
          columns, [&](const engine::Column& each) { return Lowered(each.name) == name; });
      if (column == columns.end()) continue;
      found[field] = *column;
      break;
    }
    if (found.contains(field) || (std::string(field) == "time" && given == named.end())) continue;
    return MakeError(ErrorKind::kUsage,
                     "{} has no column {} (--columns {}=NAME names it); it has: {}", path,
                     given == named.end() ? field : given->second, field, fmt::join(there, ", "));
  }
  return found;
}

std::string Number(const engine::Column& column) {
  return fmt::format("TRY_CAST({} AS DOUBLE)", QuoteName(column.name));
}

/// Epochs in seconds or milliseconds, by their size; timestamps and dates.
std::string DayOf(const engine::Column& column) {
  const std::string name = QuoteName(column.name), number = Number(column);
  if (column.type == "DATE" || column.type.starts_with("TIMESTAMP")) {
    return fmt::format("CAST({} AS DATE)", name);
  }
  return fmt::format(
      "coalesce(CASE WHEN {0} >= 1e11 THEN CAST(make_timestamp(CAST({0} * 1000 AS BIGINT)) AS DATE)"
      " WHEN {0} IS NOT NULL THEN CAST(make_timestamp(CAST({0} * 1000000 AS BIGINT)) AS DATE) END,"
      " TRY_CAST(CAST({1} AS VARCHAR) AS DATE),"
      " CAST(TRY_CAST(CAST({1} AS VARCHAR) AS TIMESTAMP) AS DATE))",
      number, name);
}

struct Check {
  std::string field, is_bad, why;
};

std::vector<Check> ChecksOf(const std::map<std::string, engine::Column>& columns) {
  std::vector<Check> checks;
  for (const char* field : {"user", "item"}) {
    checks.push_back(
        {field,
         fmt::format("coalesce(CAST({} AS VARCHAR), '') = ''", QuoteName(columns.at(field).name)),
         "is missing"});
  }
  const std::string value = Number(columns.at("value"));
  checks.push_back({"value", value + " IS NULL", "is no number"});
  checks.push_back({"value", "NOT isfinite(" + value + ")", "is not a finite number"});
  checks.push_back({"value", value + " < 0", "is negative"});
  if (columns.contains("time")) {
    checks.push_back({"time", DayOf(columns.at("time")) + " IS NULL", "is no time"});
  }
  return checks;
}

/// Whether any row is bad is asked in one pass; which one, only where there is one.
Status CheckRows(engine::Engine* engine, const std::string& path,
                 const std::map<std::string, engine::Column>& columns) {
  const std::vector<Check> checks = ChecksOf(columns);
  std::string any;
  for (const Check& check : checks) {
    any += fmt::format("{}count(CASE WHEN {} THEN 1 END)", any.empty() ? "" : ", ", check.is_bad);
  }
  CADENZA_ASSIGN(const engine::RowSet counts,
                 engine->Query(fmt::format("SELECT {} FROM {}", any, RowsOf(path, false))));
  for (size_t c = 0; c < checks.size(); ++c) {
    if (counts.Number(0, c) == 0) continue;
    const std::string column = columns.at(checks[c].field).name;
    CADENZA_ASSIGN(
        const engine::RowSet first,
        engine->Query(fmt::format("SELECT file_row_number, CAST({} AS VARCHAR) FROM {} WHERE {}"
                                  " ORDER BY 1 LIMIT 1",
                                  QuoteName(column), RowsOf(path, true), checks[c].is_bad)));
    return MakeError(ErrorKind::kInput, "{}, row {}, column {}: the value {} ({} such rows): {}",
                     path, first.Number(), column, checks[c].why, counts.Number(0, c),
                     first.rows[0][1] ? *first.rows[0][1] : "NULL");
  }
  return {};
}

}  // namespace

Result<bool> BindInteractions(engine::Engine* engine, const std::string& name,
                              const std::string& path,
                              const std::map<std::string, std::string>& columns) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return MakeError(ErrorKind::kUsage, "no such file: {}", path);
  }
  if (IsParquet(path)) CADENZA_TRY(engine::CheckParquetFaults(engine, engine::QuotePath(path)));
  CADENZA_ASSIGN(const auto found, FindColumns(engine, path, columns));
  CADENZA_TRY(CheckRows(engine, path, found));
  const bool has_time = found.contains("time");
  const std::string value = Number(found.at("value"));
  CADENZA_TRY(engine->Materialize(
      name,
      fmt::format("SELECT \"user\", item, sum(value) AS value, day FROM (SELECT {} AS "
                  "\"user\", {} AS item, {} AS value, {} AS day FROM {}) AS typed"
                  " WHERE value > 0 GROUP BY \"user\", item, day",
                  QuoteName(found.at("user").name), QuoteName(found.at("item").name), value,
                  has_time ? DayOf(found.at("time")) : "CAST(NULL AS DATE)", RowsOf(path, false))));
  return has_time;
}

}  // namespace cadenza::recommend

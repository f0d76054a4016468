#include "ingest/cluster_events.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "decode/event_time.h"
#include "engine/spark/spark_engine.h"
#include "ingest/line_places.h"
#include "ingest/odd_lines.h"
#include "ingest/plain_shape.h"
#include "ingest/resolution.h"
#include "lake/made_rows.h"
#include "sources/time_unit.h"

namespace cadenza::ingest {
namespace {

constexpr const char* kLogText = "log_text";
constexpr const char* kPlaces = "line_places";
constexpr const char* kLinesRead = "log_lines_read";
/// They come to this machine; a log that has more was written by something else than a player.
constexpr int64_t kOddLinesMax = 1'000'000;
/// Longer ones are the decoder's.
constexpr int64_t kPlainBytesMax = 1'000'000;

const std::vector<engine::Column> kPlaceColumns = {
    {"path", "VARCHAR"},   {"block", "BIGINT"},      {"file", "BIGINT"},     {"name", "VARCHAR"},
    {"begins", "BIGINT"},  {"size_bytes", "BIGINT"}, {"multiply", "BIGINT"}, {"divide", "BIGINT"},
    {"from_ts", "BIGINT"}, {"behind_ts", "BIGINT"}};

/// A unit as whole numbers: milliseconds = ts * multiply / divide, rounded down.
void AddUnit(decode::TimeUnit unit, nlohmann::json* place) {
  const int64_t a_second = sources::UnitsASecond(unit);
  (*place)["multiply"] = std::max<int64_t>(1000 / a_second, 1);
  (*place)["divide"] = std::max<int64_t>(a_second / 1000, 1);
  (*place)["from_ts"] = decode::kFirstSecond * a_second;
  (*place)["behind_ts"] = decode::kEndSecond * a_second;
}

/// SQL: the lines with the place of each in its file. A line's bytes are those before its line end.
std::string PlacedLines() {
  return fmt::format(
      "SELECT p.*, l.line, l.bytes, p.begins + l.bytes_before AS _offset,"
      " least(l.bytes + 1, p.size_bytes - p.begins - l.bytes_before) AS _length "
      "FROM (SELECT path, block, line, octet_length(line) AS bytes,"
      " sum(octet_length(line) + 1) OVER (PARTITION BY path, block ORDER BY number"
      " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - octet_length(line) - 1 AS bytes_before"
      " FROM {}) AS l JOIN {} AS p ON p.path = l.path AND p.block = l.block",
      kLogText, kPlaces);
}

/// SQL: the same with `kind`, and with the columns of an event where it is plain.
std::string ReadLinesSelect(const decode::BlockLimits& limits) {
  const std::string shaped = fmt::format(
      "SELECT *, CASE WHEN bytes <= {} AND is_valid_utf8(line) AND line RLIKE {}"
      " THEN json_object_keys(line) END AS keys FROM ({}) AS placed",
      std::min(kPlainBytesMax, static_cast<int64_t>(limits.line_bytes_max)),
      engine::QuoteText(PlainShape()), PlacedLines());
  const std::string parsed = fmt::format(
      "SELECT *, CASE WHEN array_size(keys) = array_size(array_distinct(keys))"
      " THEN from_json(line, {}) END AS e FROM ({}) AS shaped",
      engine::QuoteText(PlainSchema()), shaped);
  const std::string timed = fmt::format(
      "SELECT *, CASE WHEN CAST(e.ts AS BIGINT) >= from_ts AND CAST(e.ts AS BIGINT) < behind_ts"
      " THEN CAST(e.ts AS BIGINT) * multiply // divide END AS ts_ms FROM ({}) AS parsed",
      parsed);
  return fmt::format(
      "SELECT file, name AS _file, _offset, _length, kind,"
      " CASE WHEN kind = 'odd' OR kind = 'oversized' THEN line END AS line, ts_ms, {} FROM ("
      "SELECT *, CASE WHEN ts_ms IS NOT NULL THEN 'plain' WHEN bytes > {} THEN 'oversized'"
      " WHEN line RLIKE {} THEN 'blank' ELSE 'odd' END AS kind FROM ({}) AS timed) AS sorted",
      PlainColumns(), limits.line_bytes_max, engine::QuoteText(R"(\A[ \t\r]*+\z)"), timed);
}

std::string PlainEvents() {
  std::string columns;
  for (size_t c = 0; c < decode::kEventColumns.size(); ++c) {
    columns += fmt::format("{}, ", decode::kEventColumns[c].name);
  }
  return fmt::format(
      "SELECT {}timestamp_millis(ts_ms) AS event_time, CAST(timestamp_millis(ts_ms) AS DATE) AS "
      "event_date, CAST(NULL AS VARCHAR) AS _rescued, _file, _offset, _length FROM {} "
      "WHERE kind = 'plain'",
      columns, kLinesRead);
}

}  // namespace

Status ClusterEvents::CheckSources(const std::vector<SourceFile>& files) {
  for (const SourceFile& file : files) {
    if (file.compression == Compression::kNone) continue;
    const bool known = file.compression == Compression::kGzip && file.container.ends_with(".gz");
    if (known) continue;
    return MakeError(ErrorKind::kUsage,
                     "--engine spark reads logs that are text, plain or as .gz; read this one "
                     "without --engine spark: {}",
                     file.name);
  }
  return {};
}

Status ClusterEvents::PlaceBlocks(const engine::EventScan& logs, Findings* findings) {
  std::map<std::string, std::vector<size_t>> files;  // by location; two names may mean one
  std::vector<std::string> paths;
  for (size_t f = 0; f < logs.files.size(); ++f) {
    std::vector<size_t>& same = files[engine::ClusterLocation(logs.files[f].container)];
    if (same.empty()) paths.push_back(logs.files[f].container);
    same.push_back(f);
  }
  CADENZA_TRY(engine_->cluster()->BindLines(kLogText, paths));
  CADENZA_ASSIGN(
      const engine::RowSet sums,
      engine_->Query(fmt::format("SELECT path, block, sum(octet_length(line) + 1) FROM {}"
                                 " GROUP BY path, block",
                                 kLogText)));
  std::map<std::string, std::string> paths_as_read;  // by location
  std::map<std::string, BlockBytes> read;
  int64_t bytes = 0;
  for (size_t r = 0; r < sums.rows.size(); ++r) {
    bytes += sums.Number(r, 2);
    const std::string location = engine::FromClusterUri(sums.Text(r, 0));
    paths_as_read[location] = sums.Text(r, 0);
    read[location][sums.Number(r, 1)] = sums.Number(r, 2);
  }
  CADENZA_TRY(engine_->cluster()->CutByBytes(bytes));
  CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> rows, lake::MadeRows::Make());
  for (const auto& [location, numbers] : files) {
    for (const size_t f : numbers) {
      CADENZA_ASSIGN(const FilePlaces places, PlaceLines(logs.files[f], read[location]));
      decode::LineCounts counts;
      counts.bom_bytes = places.bom_bytes;
      findings->OnCounts(f, counts);
      for (const auto& [block, begins] : places.begins) {
        nlohmann::json row = {{"path", paths_as_read[location]},
                              {"block", block},
                              {"file", f},
                              {"name", logs.files[f].name},
                              {"begins", begins},
                              {"size_bytes", places.size_bytes}};
        AddUnit(logs.units[f], &row);
        rows->Add(row);
      }
    }
  }
  CADENZA_TRY(rows->Load(&engine_->here(), kPlaces, kPlaceColumns));
  return exchange_->Send(kPlaces, fmt::format("SELECT * FROM {}", kPlaces));
}

Status ClusterEvents::CountPlain(Findings* findings) {
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine_->Query(fmt::format("SELECT file, kind, count(*), sum(_length) FROM {} "
                                            "WHERE kind = 'plain' OR kind = 'blank' "
                                            "GROUP BY file, kind",
                                            kLinesRead)));
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    decode::LineCounts counts;
    counts.Count(rows.Text(r, 1) == "plain" ? decode::LineClass::kGood : decode::LineClass::kBlank,
                 rows.Number(r, 3), rows.Number(r, 2));
    findings->OnCounts(static_cast<size_t>(rows.Number(r, 0)), counts);
  }
  return {};
}

/// Plain lines have nothing rescued: what rescued fields tell of has to be looked for here only.
Status ClusterEvents::DecodeOdd(const engine::EventScan& logs, const lake::Model& model,
                                const Forgotten& forgotten, Findings* findings) {
  const std::string odd =
      fmt::format("FROM {} WHERE kind = 'odd' OR kind = 'oversized'", kLinesRead);
  CADENZA_ASSIGN(const engine::RowSet count, engine_->Query("SELECT count(*), min(_file) " + odd));
  odd_lines_ = count.Number();
  if (odd_lines_ > kOddLinesMax) {
    return MakeError(ErrorKind::kInput,
                     "{} lines are not as plain as a cluster reads them (flat objects of the known "
                     "keys and types), more than {}; read them without --engine spark. One of the "
                     "files: {}",
                     odd_lines_, kOddLinesMax, count.Text(0, 1));
  }
  if (odd_lines_ == 0) {
    return engine_->BindQuery("odd_events", engine::EmptySelect(model.engine_columns()));
  }
  CADENZA_TRY(engine_->cluster()->Fetch(
      "odd_lines",
      fmt::format("SELECT file, _offset, _length, kind = 'oversized' AS is_oversized,"
                  " CASE WHEN kind = 'oversized' THEN substring(CAST(line AS BINARY), 1, {})"
                  " ELSE CAST(line AS BINARY) END AS line {}",
                  logs.limits.RawBytesRead(), odd)));
  OddLines lines(&engine_->here(), logs, findings);
  CADENZA_TRY(lines.Decode("odd_lines"));
  CADENZA_TRY(engine_->here().Drop("odd_lines"));
  return exchange_->Send("odd_events", forgotten.WithoutRescued(model.select));
}

Status ClusterEvents::Read(const engine::EventScan& logs, const lake::Model& model,
                           const ListenerRequests& requests, Findings* findings) {
  CADENZA_TRY(PlaceBlocks(logs, findings));
  CADENZA_TRY(engine_->Materialize(kLinesRead, ReadLinesSelect(logs.limits)));
  CADENZA_TRY(CountPlain(findings));
  CADENZA_TRY(DecodeOdd(logs, model, requests.forgotten, findings));
  CADENZA_TRY(engine_->BindQuery("event_lines", PlainEvents()));
  if (!requests.forgotten.empty()) {
    CADENZA_TRY(exchange_->Send("forgotten_marks", "SELECT mark_hash FROM forgotten_marks"));
  }
  if (!requests.rectified.empty()) {
    CADENZA_TRY(exchange_->Send("rectified_listeners", "SELECT * FROM rectified_listeners"));
  }
  const std::string all =
      "SELECT * FROM (" + model.select + "\n) AS plain_events UNION ALL SELECT * FROM odd_events";
  return engine_->BindQuery(
      "bronze_staged", requests.rectified.Applied(requests.forgotten.WithoutEvents(all), model));
}

Result<int64_t> ClusterEvents::CountStaged() {
  CADENZA_ASSIGN(const engine::RowSet count, engine_->Query("SELECT count(*) FROM bronze_staged"));
  return count.Number();
}

/// As a rule no event comes twice. To tell so takes a hash a row; to resolve copies, all rows have
/// to go from machine to machine by their keys. Keys whose hashes meet by chance are looked at too.
Result<std::optional<int64_t>> ClusterEvents::RowsIfDistinct(const std::string& where) {
  CADENZA_ASSIGN(
      const engine::RowSet counts,
      engine_->Query(fmt::format(
          "SELECT count(*), count(DISTINCT key_hash), sum(is_new) FROM ("
          "SELECT xxhash64({0}) AS key_hash, 0 AS is_new FROM bronze_before WHERE {1} UNION ALL"
          " SELECT xxhash64({0}) AS key_hash, 1 AS is_new FROM bronze_staged) AS keys",
          fmt::join(KeyOf(Source::kLogs).columns, ", "), where)));
  if (counts.Number(0, 0) != counts.Number(0, 1)) return std::optional<int64_t>();
  return std::optional<int64_t>(counts.Number(0, 2));
}

Result<BronzeChange> ClusterEvents::Resolve(const lake::Model& model, lake::TableState before,
                                            bool all, const std::set<std::string>& files_read,
                                            Ledger* ledger) {
  BronzeChange result;
  const bool has_rows = before.exists && !before.files.empty();
  CADENZA_TRY(
      has_rows ? engine_->BindFiles("bronze_before", before.Relation())
               : engine_->BindQuery("bronze_before", engine::EmptySelect(model.engine_columns())));
  result.before = std::move(before);
  CADENZA_TRY(engine_->BindQuery("events_now", "SELECT * FROM bronze_before"));
  if (files_read.empty()) return result;
  CADENZA_ASSIGN(const engine::RowSet found,
                 engine_->Query("SELECT DISTINCT CAST(event_date AS VARCHAR) FROM bronze_staged"));
  std::set<std::string> days;
  for (size_t r = 0; r < found.rows.size(); ++r) days.insert(found.Text(r));
  if (days.empty()) return result;
  CADENZA_ASSIGN(const std::optional<int64_t> distinct, RowsIfDistinct(OnDays(days)));
  std::string kept;
  if (distinct) {
    result.rows_added = *distinct;
    result.rewritten_days = days;
    kept = fmt::format(
        "SELECT {} FROM (SELECT *, false AS conflict_now FROM bronze_before WHERE {} UNION ALL "
        "SELECT *, false AS conflict_now FROM bronze_staged) AS distinct_rows WHERE true",
        KeptColumns(model), OnDays(days));
  } else {
    CADENZA_TRY(engine_->Materialize(kResolvedRows, ResolveRows(Source::kLogs, OnDays(days))));
    CADENZA_ASSIGN(const Resolution resolution,
                   ReadResolution(engine_, Source::kLogs, files_read, ledger));
    result.rows_added = resolution.rows_added;
    result.duplicates = resolution.duplicates;
    result.conflicts = resolution.conflicts;
    result.rewritten_days = resolution.rewritten_days;
    result.rewritten_days.insert(resolution.appended_days.begin(), resolution.appended_days.end());
    kept = fmt::format("SELECT {} FROM {} WHERE copy = 1", KeptColumns(model), kResolvedRows);
  }
  CADENZA_TRY(engine_->BindQuery(
      "events_now", fmt::format("SELECT {} FROM bronze_before WHERE NOT {} UNION ALL {}",
                                engine::NameList(model.engine_columns()), OnDays(days), kept)));
  if (result.rewritten_days.empty()) return result;
  if (all || !result.before.exists) {
    result.change.select = "SELECT * FROM events_now";
  } else {
    result.change.where = OnDays(result.rewritten_days);
    result.change.select = kept + " AND " + result.change.where;
  }
  return result;
}

}  // namespace cadenza::ingest

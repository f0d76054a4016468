#include "stream/json_files.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "lake/model.h"
#include "sources/time_unit.h"
#include "stream/condition.h"
#include "stream/relations.h"

namespace cadenza::stream {
namespace {

constexpr const char* kLines = "stream_lines";
constexpr const char* kLinesAgain = "stream_lines_again";
constexpr int kLinesLookedAt = 200;

}  // namespace

/// What the main job keeps of a scan, less the keys: a stream does not look for repeated events.
class JsonFiles::BadLines final : public ingest::Findings {
 public:
  using Findings::Findings;
  bool WantsKeys() const override { return false; }
  void OnKeys(std::span<const engine::KeyMark>) override {}
};

JsonFiles::JsonFiles(lake::Lake* lake, const SourceOptions& options, bool is_log,
                     const char* rows_again)
    : lake_(lake),
      options_(options),
      is_log_(is_log),
      rows_again_(rows_again),
      fields_(options, is_log) {}

JsonFiles::~JsonFiles() = default;

Status JsonFiles::Bind(const std::vector<SourceFile>& files, const std::string& folder) {
  engine::Engine& engine = lake_->engine();
  files_ = files;
  untimed_ = rescued_ = 0;
  bad_lines_ =
      std::make_unique<BadLines>(ingest::Source::kLogs, 0, files_, folder + "/quarantine.json");
  CADENZA_ASSIGN(forgotten_, ingest::Forgotten::Read(*lake_));
  scan_ = {};
  scan_.files = files_;
  scan_.limits = options_.limits;
  scan_.require_time = is_log_;
  if (is_log_) {
    CADENZA_ASSIGN(
        scan_.units,
        sources::UnitsOf(files_, options_.ts_unit.empty() ? "ms" : options_.ts_unit, &engine));
  }
  scan_again_ = scan_;
  scan_.observer = bad_lines_.get();
  CADENZA_TRY(engine.BindEventScan(kLines, &scan_));
  CADENZA_TRY(engine.BindEventScan(kLinesAgain, &scan_again_));
  if (options_.is_new && !names_are_checked_) {
    CADENZA_TRY(CheckNamedFields());
    names_are_checked_ = true;
  }
  const auto bind = [&](const char* rows, const char* lines) -> Status {
    // A log's rows have names too; of other lines the id alone tells.
    const std::string select =
        is_log_ ? fields_.Select("(" +
                                 forgotten_.WithoutRescued(forgotten_.WithoutEvents(
                                     fmt::format("SELECT * FROM {}", lines))) +
                                 ")")
                : forgotten_.WithoutListeners(fields_.Select(lines), ListenerColumn(options_));
    return engine.BindQuery(rows, select);
  };
  Status bound = bind(kRows, kLines);
  if (!bound.ok()) {
    CADENZA_TRY(CheckCondition(&engine, options_.where, kLinesAgain));
    return bound;
  }
  return bind(rows_again_, kLinesAgain);
}

/// A slip in a name would make NULL of it for as long as the stream lives.
Status JsonFiles::CheckNamedFields() {
  for (const sources::ColumnMapping& mapping : options_.mappings) {
    if (!is_log_ || mapping.field == "customer_id") continue;
    return MakeError(ErrorKind::kUsage,
                     "--map {}={}: lines of logs have their time in ts (--kind sessions takes it "
                     "from elsewhere)",
                     mapping.field, mapping.column);
  }
  for (const std::string& group : options_.groups) {
    CADENZA_TRY(CheckNamedField("--group", group, /*is_needed=*/false));
  }
  if (options_.key.empty()) return {};
  return CheckNamedField("--key", options_.key, /*is_needed=*/true);
}

/// Only some lines may have a field to group by, and the first files none of them.
Status JsonFiles::CheckNamedField(const char* flag, const std::string& name, bool is_needed) {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(const engine::RowSet found,
                 engine.Query(fmt::format("SELECT 1 FROM {} WHERE _error IS NULL AND {} IS NOT "
                                          "NULL LIMIT 1",
                                          kLinesAgain, fields_.Field(name))));
  if (!found.rows.empty()) return {};
  CADENZA_ASSIGN(
      const engine::RowSet good,
      engine.Query(fmt::format("SELECT 1 FROM {} WHERE _error IS NULL LIMIT 1", kLinesAgain)));
  if (good.rows.empty()) return {};  // nothing tells
  std::vector<std::string> names;
  for (const decode::ColumnSpec& column : decode::kEventColumns) {
    if (is_log_) names.emplace_back(column.name);
  }
  CADENZA_ASSIGN(
      const engine::RowSet rescued,
      engine.Query(fmt::format("SELECT DISTINCT unnest(json_keys(_rescued)) FROM (SELECT _rescued "
                               "FROM {} WHERE _rescued IS NOT NULL LIMIT {}) AS l",
                               kLinesAgain, kLinesLookedAt)));
  for (size_t r = 0; r < rescued.rows.size(); ++r) names.push_back(rescued.Text(r));
  if (std::ranges::count(names, name) > 0) return {};
  const std::string nearest = NearestName(name, names);
  if (nearest.empty() && !is_needed) return {};
  return MakeError(ErrorKind::kUsage, "{}: no line has a field {}{}", flag, name,
                   DidYouMean(nearest));
}

Result<std::vector<decode::LineCounts>> JsonFiles::Counts(bool some_without_time) {
  CADENZA_TRY(bad_lines_->CloseSpool());
  for (const ingest::DamagedFile& file : bad_lines_->damaged()) {
    return MakeError(ErrorKind::kInput, "{}: {}", file.file, file.reason);
  }
  std::vector<decode::LineCounts> counts(files_.size());
  for (size_t f = 0; f < files_.size(); ++f) {
    counts[f] = bad_lines_->counts()[f];
    const bool plain = files_[f].compression == Compression::kNone;
    if (!plain || counts[f].total_bytes() == files_[f].size_bytes) continue;
    return MakeError(ErrorKind::kIo,
                     "{} of {} bytes are accounted for: the file changed while it was read; files "
                     "have to be complete when they get their name: {}",
                     counts[f].total_bytes(), files_[f].size_bytes, files_[f].name);
  }
  if (some_without_time && !is_log_) CADENZA_TRY(FindUntimed(&counts));
  if (options_.schema != SchemaMode::kAdd) CADENZA_TRY(CheckUnknownFields());
  return counts;
}

/// Good lines without a time, which only the mapping of fields can tell.
Status JsonFiles::FindUntimed(std::vector<decode::LineCounts>* counts) {
  engine::Engine& engine = lake_->engine();
  CADENZA_TRY(engine.Materialize(
      "stream_untimed",
      fmt::format("SELECT l._file, l._offset, l._length, l._rescued FROM {} AS l JOIN (SELECT "
                  "_file, _offset FROM {} WHERE event_us IS NULL) AS r USING (_file, _offset)",
                  kLinesAgain, rows_again_)));
  CADENZA_ASSIGN(const engine::RowSet files,
                 engine.Query("SELECT _file, count(*), CAST(sum(_length) AS BIGINT) FROM "
                              "stream_untimed GROUP BY _file"));
  for (size_t r = 0; r < files.rows.size(); ++r) {
    for (size_t f = 0; f < files_.size(); ++f) {
      if (files_[f].name != files.Text(r)) continue;
      decode::LineCounts& lines = (*counts)[f];
      lines.good_lines -= files.Number(r, 1);
      lines.good_bytes -= files.Number(r, 2);
      lines.quarantined_lines += files.Number(r, 1);
      lines.quarantined_bytes += files.Number(r, 2);
      untimed_ += files.Number(r, 1);
    }
  }
  return {};
}

Status JsonFiles::CheckUnknownFields() {
  engine::Engine& engine = lake_->engine();
  const std::string unknown = fmt::format("_error IS NULL AND {}", fields_.HasUnknown());
  CADENZA_ASSIGN(
      const engine::RowSet count,
      engine.Query(fmt::format("SELECT count(*) FROM {} WHERE {}", kLinesAgain, unknown)));
  rescued_ = count.Number();
  if (rescued_ == 0 || options_.schema != SchemaMode::kFail) return {};
  CADENZA_ASSIGN(
      const engine::RowSet first,
      engine.Query(fmt::format("SELECT _file, _offset, _rescued FROM {} WHERE {} ORDER BY "
                               "_file, _offset LIMIT 1",
                               kLinesAgain, unknown)));
  return MakeError(ErrorKind::kInput,
                   "{} at byte {}: unknown or mistyped fields, and --schema fail was asked for: {}",
                   first.Text(0, 0), first.Number(0, 1), first.Text(0, 2));
}

Result<int64_t> JsonFiles::Rescued() { return rescued_; }

Result<std::string> JsonFiles::Quarantined(int64_t run) {
  engine::Engine& engine = lake_->engine();
  const std::string is_clean = forgotten_.RawIsClean("raw", IdFields(options_));
  std::string select;
  if (bad_lines_->quarantined_rows() > 0) {
    const lake::Model& model = *lake::FindModel("quarantine");
    CADENZA_TRY(
        engine.LoadRows("stream_bad_lines", model.engine_columns(), bad_lines_->spool_path()));
    select = fmt::format(
        "SELECT _file, _offset, _length, source, reason, detail, raw, raw_cut, CAST({} AS BIGINT) "
        "AS run FROM stream_bad_lines WHERE {}",
        run, is_clean);
  }
  if (untimed_ > 0) {
    select += fmt::format(
        "{}SELECT _file, _offset, _length, 'logs' AS source, 'ts_missing' AS reason, 'no time that "
        "could be read' AS detail, left(raw, 4096) AS raw, length(raw) > 4096 AS raw_cut, "
        "CAST({} AS BIGINT) AS run FROM (SELECT *, _rescued AS raw FROM stream_untimed) AS untimed "
        "WHERE {}",
        select.empty() ? "" : " UNION ALL ", run, is_clean);
  }
  return select;
}

Result<bool> IsLog(engine::Engine* engine, const SourceFile& file) {
  engine::EventScan scan;
  scan.files = {file};
  scan.require_time = false;
  CADENZA_TRY(engine->BindEventScan("stream_first_lines", &scan));
  const auto counts = engine->Query(fmt::format(
      "SELECT count(ts_ms), count(page) FROM (SELECT ts_ms, page FROM stream_first_lines "
      "LIMIT {}) AS l",
      kLinesLookedAt));
  CADENZA_TRY(engine->Drop("stream_first_lines"));
  if (!counts.ok()) return counts.error();
  return counts->Number(0, 0) > 0 && counts->Number(0, 1) > 0;
}

}  // namespace cadenza::stream

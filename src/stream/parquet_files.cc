#include "stream/parquet_files.h"

#include <algorithm>

#include "engine/parquet_faults.h"
#include "engine/sql_text.h"
#include "sources/raw_parts.h"
#include "storage/s3/address.h"
#include "stream/condition.h"
#include "stream/event_fields.h"
#include "stream/parquet_fields.h"
#include "stream/relations.h"

namespace cadenza::stream {
namespace {

using engine::QuoteName;
using engine::QuotePath;

std::string ReadOf(const std::vector<std::string>& paths) {
  return fmt::format(
      "read_parquet([{}], union_by_name = true, filename = '_file', file_row_number = true)",
      engine::QuotePaths(paths));
}

}  // namespace

std::vector<std::string> ParquetFiles::Paths() const {
  std::vector<std::string> paths;
  for (const SourceFile& file : files_) paths.push_back(file.container);
  return paths;
}

Result<std::string> ParquetFiles::ReadAll() const {
  const std::vector<std::string> paths = Paths();
  if (std::ranges::any_of(paths, s3::IsAddress)) CADENZA_TRY(lake_->engine().ReachS3());
  CADENZA_TRY(engine::CheckParquetFaults(&lake_->engine(), engine::QuotePaths(paths)));
  return ReadOf(paths);
}

Result<std::vector<std::string>> ParquetFiles::ColumnsOf(const SourceFile& file) const {
  CADENZA_ASSIGN(const std::vector<engine::Column> columns,
                 lake_->engine().Describe(
                     fmt::format("SELECT * FROM read_parquet({})", QuotePath(file.container))));
  std::vector<std::string> names;
  for (const engine::Column& column : columns) names.push_back(column.name);
  return names;
}

/// Unknown is what the first file of the stream did not have.
Status ParquetFiles::CheckUnknownColumns() {
  rescued_ = 0;
  if (known_columns_.empty()) {
    CADENZA_ASSIGN(known_columns_, ColumnsOf(files_.front()));
    if (options_.first_columns) {
      CADENZA_ASSIGN(known_columns_, options_.first_columns(known_columns_));
    }
  }
  if (options_.schema == SchemaMode::kAdd) return {};
  for (const SourceFile& file : files_) {
    CADENZA_ASSIGN(const std::vector<std::string> columns, ColumnsOf(file));
    for (const std::string& column : columns) {
      if (std::ranges::count(known_columns_, column) > 0) continue;
      ++rescued_;
      if (options_.schema == SchemaMode::kRescue) continue;
      return MakeError(ErrorKind::kInput,
                       "{} has a column that the first file of the stream had not, and --schema "
                       "fail was asked for: {}",
                       file.name, column);
    }
  }
  return {};
}

Status ParquetFiles::Bind(const std::vector<SourceFile>& files, const std::string&) {
  engine::Engine& engine = lake_->engine();
  files_ = files;
  some_untimed_ = false;
  if (files_.empty()) return MakeError(ErrorKind::kInternal, "no files to read");
  CADENZA_ASSIGN(raw_, ReadAll());
  CADENZA_TRY(CheckUnknownColumns());
  CADENZA_ASSIGN(forgotten_, ingest::Forgotten::Read(*lake_));
  CADENZA_ASSIGN(std::string select, SelectRows());
  select = forgotten_.WithoutListeners(select, ListenerColumn(options_));
  Status bound = engine.BindQuery(kRows, select);
  if (!bound.ok()) {
    CADENZA_TRY(CheckCondition(&engine, options_.where, raw_));
    return bound;
  }
  return engine.BindQuery(kRowsAgain, select);
}

/// Each file is read by the types that it has: a time without a zone beside one with, an id that is
/// a number beside one that is text. What a file lacks and another has is NULL there.
Result<std::string> ParquetFiles::SelectRows() const {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(const std::vector<engine::Column> all, engine.Describe("SELECT * FROM " + raw_));
  CADENZA_ASSIGN(const auto groups, sources::FilesByColumns(&engine, Paths()));
  std::string select;
  for (const std::vector<std::string>& group : groups) {
    std::string raw = ReadOf(group);
    CADENZA_ASSIGN(std::vector<engine::Column> columns, engine.Describe("SELECT * FROM " + raw));
    std::string missing;
    for (const engine::Column& column : all) {
      const auto is_same = [&](const engine::Column& own) {
        return engine::Lower(own.name) == engine::Lower(column.name);
      };
      if (std::ranges::any_of(columns, is_same)) continue;
      missing += fmt::format(", CAST(NULL AS {}) AS {}", column.type, QuoteName(column.name));
    }
    Result<ParquetFields> fields = FieldsOf(columns, options_, group.front());
    if (!missing.empty()) {
      raw = fmt::format("(SELECT *{} FROM {}) AS whole", missing, raw);
      if (!fields.ok()) {
        CADENZA_ASSIGN(columns, engine.Describe("SELECT * FROM " + raw));
        fields = FieldsOf(columns, options_, group.front());
      }
    }
    if (!fields.ok()) return fields.error();
    select += fmt::format("{}SELECT {}, _file, file_row_number AS _offset FROM {}",
                          select.empty() ? "" : " UNION ALL ", fields->List(), raw);
    if (!options_.where.empty()) select += " WHERE (" + options_.where + ")";
  }
  return select;
}

Result<std::vector<decode::LineCounts>> ParquetFiles::Counts(bool some_without_time) {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine.Query(fmt::format("SELECT file_name, num_rows FROM parquet_file_metadata([{}])",
                               engine::QuotePaths(Paths()))));
  std::map<std::string, int64_t> rows_of;
  for (size_t r = 0; r < rows.rows.size(); ++r) rows_of[rows.Text(r)] = rows.Number(r, 1);
  std::vector<decode::LineCounts> counts(files_.size());
  for (size_t f = 0; f < files_.size(); ++f) {
    counts[f].good_lines = rows_of[files_[f].container];
    counts[f].good_bytes = files_[f].size_bytes;
  }
  if (!some_without_time) return counts;
  CADENZA_ASSIGN(const engine::RowSet untimed,
                 engine.Query(fmt::format("SELECT _file, count(*) FROM {} WHERE event_us IS NULL "
                                          "GROUP BY _file",
                                          kRowsAgain)));
  some_untimed_ = !untimed.rows.empty();
  for (size_t r = 0; r < untimed.rows.size(); ++r) {
    for (size_t f = 0; f < files_.size(); ++f) {
      if (files_[f].container != untimed.Text(r)) continue;
      counts[f].good_lines -= untimed.Number(r, 1);
      counts[f].quarantined_lines += untimed.Number(r, 1);
    }
  }
  return counts;
}

Result<std::string> ParquetFiles::Quarantined(int64_t run) {
  if (!some_untimed_) return std::string();
  return fmt::format(
      "SELECT _file, _offset, CAST(0 AS BIGINT) AS _length, 'logs' AS source, 'ts_missing' AS "
      "reason, 'no time that could be read' AS detail, left(raw, 4096) AS raw, length(raw) > 4096 "
      "AS raw_cut, CAST({} AS BIGINT) AS run FROM (SELECT p._file, p.file_row_number AS _offset, "
      "CAST(to_json(p) AS VARCHAR) AS raw FROM {} AS p JOIN (SELECT _file, _offset FROM {} WHERE "
      "event_us IS NULL) AS u ON p._file = u._file AND p.file_row_number = u._offset) AS bad "
      "WHERE {}",
      run, raw_, kRowsAgain, forgotten_.RawIsClean("raw", IdFields(options_)));
}

}  // namespace cadenza::stream

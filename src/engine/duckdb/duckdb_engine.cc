#include "engine/duckdb/duckdb_engine.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <thread>

#include "arrow/c_data.h"
#include "delta/table_version.h"
#include "engine/duckdb/counted_file.h"
#include "engine/duckdb/delta_relation.h"
#include "engine/duckdb/files_select.h"
#include "engine/duckdb/parquet_writer.h"
#include "engine/duckdb/statement_text.h"
#include "engine/sql_text.h"
#include "storage/parallel.h"

namespace cadenza::engine {
namespace {

Result<std::vector<WrittenFile>> InFolderOf(const WriteRequest& request,
                                            Result<std::vector<WrittenFile>> files) {
  if (!files.ok()) return files;
  for (WrittenFile& file : *files) file.folder = request.folder;
  return files;
}

Status MakeFolderOf(const WriteRequest& request) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(request.folder) / request.subfolder,
                                      error);
  if (!error) return {};
  return MakeError(ErrorKind::kIo, "cannot create {}: {}", request.folder, error.message());
}

/// A value of the column as a number of 64 bits that says the same; empty: it is no such column.
std::string NumberOf(const Column& column) {
  if (column.type == "BIGINT") return QuoteName(column.name);
  if (column.type == "TIMESTAMP WITH TIME ZONE") return "epoch_us(" + QuoteName(column.name) + ")";
  return "";
}

std::string SumsOf(const std::string& counted) { return counted + "_sums"; }

}  // namespace

DuckDbEngine::DuckDbEngine(std::shared_ptr<SharedDatabase> shared)
    : shared_(std::move(shared)),
      connection_(std::make_unique<Connection>(shared_->handle())),
      codec_(shared_->handle()),
      threads_(shared_->threads()),
      memory_bytes_(shared_->memory_bytes()) {}

DuckDbEngine::~DuckDbEngine() = default;

Result<std::vector<Column>> DuckDbEngine::Describe(const std::string& select) {
  return connection_->Describe(select);
}

// The engine's own list of what there is takes 2 ms to ask, and is asked for each name that is
// bound.

Status DuckDbEngine::Drop(const std::string& name) {
  const auto found = bound_.find(name);
  if (found == bound_.end()) return {};
  const char* const kind = found->second == Bound::kView ? "VIEW" : "TABLE";
  CADENZA_TRY(Execute(fmt::format("DROP {} IF EXISTS {}", kind, QuoteName(name))));
  bound_.erase(found);
  return {};
}

Status DuckDbEngine::BindQuery(const std::string& name, const std::string& select) {
  CADENZA_TRY(Drop(name));
  CADENZA_TRY(Execute(fmt::format("CREATE VIEW {} AS {}", QuoteName(name), select)));
  bound_[name] = Bound::kView;
  return {};
}

bool DuckDbEngine::MayHold(int64_t values_max) const {
  return static_cast<int64_t>(ValueSet::SizeBytes(static_cast<size_t>(values_max))) <=
         memory_bytes_ / 4;
}

/// Grouping keeps all rows before it hands on the first; a set passes on each row or drops it, in
/// the order of the rows. The mark is made in a column, because conditions are asked in any order
/// and the mark must see only the rows of the query.
Status DuckDbEngine::BindDistinct(const std::string& name, const std::string& select,
                                  int64_t rows_max) {
  CADENZA_ASSIGN(const std::vector<Column> columns, Describe(select));
  const std::string number = columns.size() == 1 ? NumberOf(columns[0]) : "";
  if (number.empty() || !MayHold(rows_max)) return Engine::BindDistinct(name, select, rows_max);
  return BindQuery(name, fmt::format("SELECT {0} FROM (SELECT {0}, cadenza_is_first({1}, {2}) AS "
                                     "is_first FROM ({3}\n) AS all_rows) AS marked WHERE is_first",
                                     QuoteName(columns[0].name), rows_max, number, select));
}

Status DuckDbEngine::BindFiles(const std::string& name, const FileRelation& files) {
  if (!files.files.empty()) {
    const bool remote = std::ranges::any_of(
        files.files, [&](const std::string& file) { return s3::IsAddress(files.PathOf(file)); });
    if (remote) CADENZA_TRY(shared_->ReachS3());
    CADENZA_ASSIGN(const std::string select, SelectFiles(files));
    return BindQuery(name, select);
  }
  std::vector<Column> columns = files.columns;
  if (!files.path_column.empty()) columns.push_back({files.path_column, "VARCHAR"});
  return BindQuery(name, EmptySelect(columns));
}

Status DuckDbEngine::Materialize(const std::string& name, const std::string& select) {
  CADENZA_TRY(Drop(name));
  CADENZA_TRY(Execute(fmt::format("CREATE TEMP TABLE {} AS {}", QuoteName(name), select)));
  bound_[name] = Bound::kTable;
  return {};
}

Status DuckDbEngine::LoadRows(const std::string& name, const std::vector<Column>& columns,
                              const std::string& ndjson_path) {
  std::string types;
  for (const Column& column : columns) {
    types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", QuoteText(column.name),
                         QuoteText(column.type));
  }
  return Materialize(name, fmt::format("SELECT * FROM read_json({}, format = 'newline_delimited', "
                                       "maximum_object_size = 16777216, columns = {{{}}})",
                                       QuoteText(ndjson_path), types));
}

Status DuckDbEngine::BindEventScan(const std::string& name, EventScan* scan) {
  return BindQuery(
      name, fmt::format("SELECT * FROM cadenza_event_scan({})", shared_->event_scans.Add(scan)));
}

Status DuckDbEngine::BindSongScan(const std::string& name, SongScan* scan) {
  return BindQuery(
      name, fmt::format("SELECT * FROM cadenza_song_scan({})", shared_->song_scans.Add(scan)));
}

Result<std::string> DuckDbEngine::DeltaTable(SourceFile table) {
  if (table.s3) CADENZA_TRY(shared_->ReachS3());
  CADENZA_TRY(delta::FixVersion(&table));
  CADENZA_ASSIGN(DeltaRelation relation, MakeDeltaRelation(connection_.get(), &codec_, table));
  return std::move(relation.sql);
}

Result<std::vector<WrittenFile>> DuckDbEngine::Write(const WriteRequest& request) {
  CADENZA_TRY(MakeFolderOf(request));
  CADENZA_ASSIGN(const std::vector<Column> columns, Describe(request.select));
  if (!request.ordered && OwnFilesCanHold(request, columns)) {
    return InFolderOf(request,
                      request.partitions_expected >= kManyPartitions
                          ? WriteManyPartitions(*connection_, request, columns, threads_)
                          : WriteByRowSink(*connection_, request, columns, &shared_->row_sinks));
  }
  return InFolderOf(request, WriteByCopy(*connection_, request));
}

Result<bool> DuckDbEngine::MayRepeat(const std::string& relation,
                                     const std::vector<std::string>& columns) {
  // A list has room for up to twice of what is in it.
  const size_t keys_max = static_cast<size_t>(memory_bytes_ / 2) / (2 * sizeof(uint64_t));
  size_t keys = 0;
  CADENZA_ASSIGN(bool may_repeat, MayRepeatWhere(relation, columns, "", keys_max, &keys));
  if (keys <= keys_max) return may_repeat;
  // Too many to hold at once: part by part, by their hashes, with room for parts that are larger.
  const size_t parts = keys / (keys_max - keys_max / 8) + 1;
  for (size_t part = 0; part < parts; ++part) {
    const std::string where =
        fmt::format(" WHERE hash({}) % {} = {}", NameList(columns), parts, part);
    CADENZA_ASSIGN(may_repeat, MayRepeatWhere(relation, columns, where, keys_max, &keys));
    if (may_repeat) return true;
  }
  return false;
}

/// Of the rows that a condition leaves, and how many these are; true where they are more than
/// `keys_max`.
Result<bool> DuckDbEngine::MayRepeatWhere(const std::string& relation,
                                          const std::vector<std::string>& columns,
                                          const std::string& where, size_t keys_max, size_t* keys) {
  KeyHashes hashes(keys_max);
  const int64_t number = shared_->key_checks.Add(&hashes);
  const Result<RowSet> nulls = Query(
      fmt::format("SELECT count(*) FILTER ({}), sum(cadenza_note_key({}, hash({}))) FROM {}{}",
                  AnyIsNull(columns), number, NameList(columns), QuoteName(relation), where));
  shared_->key_checks.Remove(number);
  if (!nulls.ok()) return nulls.error();
  *keys = hashes.size();
  return nulls->Number() > 0 || hashes.MayRepeat(threads_);
}

Result<bool> DuckDbEngine::MayMiss(const ColumnOf& values, const ColumnOf& all_values) {
  const auto number_of = [&](const ColumnOf& of) -> Result<std::string> {
    CADENZA_ASSIGN(
        const std::vector<Column> columns,
        Describe(fmt::format("SELECT {} FROM {}", QuoteName(of.column), QuoteName(of.relation))));
    return NumberOf(columns[0]);
  };
  CADENZA_ASSIGN(const std::string number, number_of(values));
  CADENZA_ASSIGN(const std::string of_all, number_of(all_values));
  CADENZA_ASSIGN(const RowSet rows,
                 Query("SELECT count(*) FROM " + QuoteName(all_values.relation)));
  if (number.empty() || of_all.empty() || !MayHold(rows.Number())) return true;
  ValueSet set(static_cast<size_t>(rows.Number()));
  if (!set.has_memory()) return true;
  const int64_t set_number = shared_->value_sets.Add(&set);
  const auto look = [&]() -> Result<int64_t> {
    CADENZA_TRY(Execute(fmt::format(
        "SELECT sum(cadenza_note_value({0}, {1})) FROM {2} WHERE {3} IS NOT NULL", set_number,
        of_all, QuoteName(all_values.relation), QuoteName(all_values.column))));
    CADENZA_ASSIGN(const RowSet lacking,
                   Query(fmt::format(
                       "SELECT coalesce(sum(cadenza_count_lacking({0}, {1})), 0) + (SELECT "
                       "count(*) - count({3}) FROM {2}) FROM {2} WHERE {3} IS NOT NULL",
                       set_number, number, QuoteName(values.relation), QuoteName(values.column))));
    return lacking.Number();
  };
  const Result<int64_t> lacking = look();
  shared_->value_sets.Remove(set_number);
  if (!lacking.ok()) return lacking.error();
  return *lacking > 0;
}

RowCounter* CounterOf(Engine* engine) { return dynamic_cast<RowCounter*>(engine); }

Result<std::optional<RowTotals>> DuckDbEngine::CountRows(const std::string& name,
                                                         const std::string& select, size_t texts,
                                                         int64_t unit) {
  CADENZA_TRY(Drop(name));
  CADENZA_TRY(Drop(SumsOf(name)));
  if (const auto before = counted_.find(name); before != counted_.end()) {
    shared_->counts.Remove(before->second.number);
    counted_.erase(before);
  }
  auto counted = std::make_unique<CountedRows>(texts, unit, static_cast<size_t>(memory_bytes_ / 2));
  CADENZA_ASSIGN(const std::vector<Column> columns, Describe(select));
  std::string arguments;
  for (const Column& column : columns) arguments += ", " + QuoteName(column.name);
  const int64_t number = shared_->counts.Add(counted.get());
  const Status status = Execute(fmt::format(
      "SELECT sum(cadenza_count_row({}{})) FROM ({}\n) AS rows", number, arguments, select));
  if (!status.ok() || !counted->Finish(threads_)) {
    shared_->counts.Remove(number);
    CADENZA_TRY(status);
    return std::optional<RowTotals>();
  }
  const RowTotals totals = counted->totals();
  counted_.emplace(name, Counted{number, std::move(counted)});
  CADENZA_TRY(BindQuery(name, fmt::format("SELECT * FROM cadenza_counted_rows({})", number)));
  CADENZA_TRY(
      BindQuery(SumsOf(name), fmt::format("SELECT * FROM cadenza_counted_sums({})", number)));
  return std::optional(totals);
}

Result<std::vector<WrittenFile>> DuckDbEngine::WriteCounts(
    const std::string& name, const WriteRequest& request, const std::vector<CountColumn>& columns) {
  const auto counted = counted_.find(name);
  if (counted == counted_.end()) {
    return MakeError(ErrorKind::kInternal, "no rows were counted as {}", name);
  }
  CADENZA_TRY(MakeFolderOf(request));
  return InFolderOf(request, WriteCountedFile(*counted->second.rows, request, columns,
                                              static_cast<size_t>(threads_)));
}

Status DuckDbEngine::CheckReadOnly(const std::string& sql) {
  // By its first word too, because some statements act while they are being prepared.
  if (!BeginsLikeAQuery(sql)) {
    return MakeError(ErrorKind::kInput, "the lake is read only here; not a query: {}", sql);
  }
  duckdb_extracted_statements statements = nullptr;
  const idx_t count = duckdb_extract_statements(connection_->handle(), sql.c_str(), &statements);
  if (count != 1) {
    const char* reason = duckdb_extract_statements_error(statements);
    Error error = count == 0 && reason
                      ? Error{ErrorKind::kInput, reason}
                      : MakeError(ErrorKind::kInput, "one statement at a time, not {}", count);
    duckdb_destroy_extracted(&statements);
    return error;
  }
  duckdb_prepared_statement prepared = nullptr;
  const duckdb_state state =
      duckdb_prepare_extracted_statement(connection_->handle(), statements, 0, &prepared);
  Status status;
  if (state == DuckDBError) {
    status = Error{ErrorKind::kInput, duckdb_prepare_error(prepared)};
  } else {
    const duckdb_statement_type type = duckdb_prepared_statement_type(prepared);
    if (type != DUCKDB_STATEMENT_TYPE_SELECT && type != DUCKDB_STATEMENT_TYPE_EXPLAIN) {
      status = MakeError(ErrorKind::kInput, "the lake is read only here; not a query: {}", sql);
    }
  }
  duckdb_destroy_prepare(&prepared);
  duckdb_destroy_extracted(&statements);
  return status;
}

/// Whatever the case. What cannot be described is for the caller to fail on.
bool DuckDbEngine::HasNameTwice(const std::string& select) {
  const Result<std::vector<Column>> columns = Describe(select);
  if (!columns.ok()) return false;
  std::set<std::string> names;
  for (const Column& column : *columns) {
    if (!names.insert(Lower(column.name)).second) return true;
  }
  return false;
}

Status DuckDbEngine::Export(const std::string& select, const std::string& path,
                            const std::string& format) {
  std::string options = "FORMAT " + format;
  if (format == "json") options += ", ARRAY true";
  if (format == "csv") options += ", HEADER true";
  // An object has each name once; a subquery's columns get other names, as those of csv do.
  const bool renames = format == "json" && HasNameTwice(select);
  const std::string rows = renames ? "SELECT * FROM (" + select + "\n) AS renamed" : select;
  return Execute(fmt::format("COPY ({}\n) TO {} ({})", rows, QuoteText(path), options));
}

namespace {

Result<std::unique_ptr<Engine>> Connect(std::shared_ptr<SharedDatabase> shared) {
  const int64_t ahead = shared->rows_ahead_bytes();
  auto engine = std::make_unique<DuckDbEngine>(std::move(shared));
  if (ahead > 0) {
    CADENZA_TRY(engine->Execute(fmt::format("SET streaming_buffer_size = '{}B'", ahead)));
  }
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace

Result<std::unique_ptr<Engine>> OpenDuckDb(const DuckDbOptions& options) {
  CADENZA_ASSIGN(std::shared_ptr<SharedDatabase> shared, SharedDatabase::Open(options));
  return Connect(std::move(shared));
}

Result<std::unique_ptr<Engine>> OpenBeside(Engine* engine) {
  auto* duckdb = dynamic_cast<DuckDbEngine*>(&engine->here());
  if (!duckdb) return MakeError(ErrorKind::kInternal, "this engine has no database to share");
  return Connect(duckdb->shared());
}

}  // namespace cadenza::engine

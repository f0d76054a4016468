#include "engine/duckdb/connection.h"

#include <optional>
#include <span>
#include <string_view>

#include "engine/duckdb/statement_text.h"

namespace cadenza::engine {
namespace {

/// Frees a result whatever way the function ends.
struct ResultGuard {
  duckdb_result result{};
  ~ResultGuard() { duckdb_destroy_result(&result); }
};

Error ErrorOf(duckdb_result* result) { return EngineError(duckdb_result_error(result)); }

std::optional<std::string> TextAt(const duckdb_string_t* texts, const uint64_t* validity,
                                  idx_t row) {
  if (validity && !duckdb_validity_row_is_valid(const_cast<uint64_t*>(validity), row)) {
    return std::nullopt;
  }
  duckdb_string_t text = texts[row];
  return std::string(duckdb_string_t_data(&text), duckdb_string_t_length(text));
}

void AppendRows(duckdb_data_chunk chunk, RowSet* set) {
  const idx_t count = duckdb_data_chunk_get_size(chunk);
  const size_t first = set->rows.size();
  set->rows.resize(first + count);
  for (auto& row : std::span(set->rows).subspan(first)) row.resize(set->columns.size());
  for (size_t c = 0; c < set->columns.size(); ++c) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, c);
    const auto* texts = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(vector));
    const uint64_t* validity = duckdb_vector_get_validity(vector);
    for (idx_t r = 0; r < count; ++r) {
      set->rows[first + r][c] = TextAt(texts, validity, r);
    }
  }
}

}  // namespace

Error EngineError(const char* reason) {
  std::string message = reason ? reason : "the engine gave no reason";
  const ErrorKind kind = message.starts_with("INTERRUPT")  ? ErrorKind::kInterrupted
                         : message.starts_with("IO Error") ? ErrorKind::kIo
                                                           : ErrorKind::kInput;
  return Error{kind, std::move(message)};
}

Result<duckdb_database> OpenDatabase() {
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  // Extensions come with the program; nothing is fetched behind the user's back.
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  duckdb_set_config(config, "allow_unsigned_extensions", "true");
  duckdb_database database = nullptr;
  char* reason = nullptr;
  const duckdb_state state = duckdb_open_ext(nullptr, &database, config, &reason);
  duckdb_destroy_config(&config);
  if (state == DuckDBError) {
    Error error = MakeError(ErrorKind::kInternal, "cannot open the engine: {}", reason);
    duckdb_free(reason);
    return error;
  }
  return database;
}

Status CheckHasNoNul(const std::string& sql) {
  const size_t at = sql.find('\0');
  if (at == std::string::npos) return {};
  const std::string before = sql.substr(0, at);
  return MakeError(ErrorKind::kInput,
                   "a text or a name has a NUL byte, which SQL cannot hold, behind: {}",
                   before.substr(before.find_last_of("'\"") + 1));
}

Connection::Connection(duckdb_database database) { duckdb_connect(database, &connection_); }
Connection::~Connection() { duckdb_disconnect(&connection_); }

Status Connection::Execute(const std::string& sql) {
  CADENZA_TRY(CheckHasNoNul(sql));
  ResultGuard guard;
  if (duckdb_query(connection_, sql.c_str(), &guard.result) == DuckDBError) {
    return ErrorOf(&guard.result);
  }
  return {};
}

Result<std::vector<Column>> Connection::Describe(const std::string& select) {
  CADENZA_ASSIGN(RowSet rows,
                 Query("SELECT column_name, column_type FROM (DESCRIBE " + select + "\n)"));
  std::vector<Column> columns;
  for (auto& row : rows.rows) columns.push_back({row[0].value_or(""), row[1].value_or("")});
  return columns;
}

Status Connection::ForEachChunk(const std::string& sql,
                                const std::function<Status(duckdb_data_chunk)>& consume) {
  CADENZA_TRY(CheckHasNoNul(sql));
  ResultGuard guard;
  if (duckdb_query(connection_, sql.c_str(), &guard.result) == DuckDBError) {
    return ErrorOf(&guard.result);
  }
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(guard.result)) {
    Status status = consume(chunk);
    duckdb_destroy_data_chunk(&chunk);
    CADENZA_TRY(status);
  }
  return {};
}

Result<RowSet> Connection::Query(const std::string& sql) {
  CADENZA_TRY(CheckHasNoNul(sql));
  // Values are taken as text by the engine's own casts, so that no type needs code here.
  ResultGuard guard;
  // EXPLAIN cannot stand in a FROM; its columns are texts already.
  const std::string cast =
      FirstWord(sql) == "explain" ? sql : "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (" + sql + "\n)";
  if (duckdb_query(connection_, cast.c_str(), &guard.result) == DuckDBError) {
    return ErrorOf(&guard.result);
  }
  RowSet set;
  for (idx_t c = 0; c < duckdb_column_count(&guard.result); ++c) {
    set.columns.push_back({duckdb_column_name(&guard.result, c), "VARCHAR"});
  }
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(guard.result)) {
    AppendRows(chunk, &set);
    duckdb_destroy_data_chunk(&chunk);
  }
  return set;
}

}  // namespace cadenza::engine

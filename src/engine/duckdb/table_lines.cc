#include "engine/duckdb/table_lines.h"

#include <algorithm>
#include <cstring>

#include "delta/table_version.h"
#include "engine/duckdb/checkpoint_codec.h"
#include "engine/duckdb/connection.h"
#include "engine/duckdb/delta_relation.h"
#include "engine/duckdb/row_lines.h"
#include "engine/duckdb/s3_reach.h"
#include "engine/parquet_faults.h"
#include "engine/sql_text.h"
#include "storage/source_name.h"

namespace cadenza::engine {
namespace {

constexpr int64_t kMemoryBytes = int64_t{1} << 30;

/// Without the line of SQL that the engine quotes.
std::string FirstLine(const std::string& message) { return message.substr(0, message.find('\n')); }

/// The engine calls nearly all that can be wrong with a file an I/O error. What is not the fault
/// of the file itself would be, for instance, a server that does not answer.
Error ErrorOfFile(const SourceFile& file, const Error& error) {
  const std::string& text = error.message;
  const bool outside = std::ranges::any_of(
      std::initializer_list<std::string_view>{"HTTP", "Cannot open file", "No such file",
                                              "Connection", "connect", "Permission denied"},
      [&](std::string_view sign) { return text.find(sign) != std::string::npos; });
  const bool interrupted = error.kind == ErrorKind::kInterrupted;
  const ErrorKind kind = interrupted ? error.kind : outside ? ErrorKind::kIo : ErrorKind::kInput;
  return MakeError(kind, "{} cannot be read: {}",
                   file.compression == Compression::kDelta ? "the Delta table" : "the Parquet file",
                   FirstLine(text));
}

struct FolderColumn {
  std::string name;
  std::optional<std::string> value;
};

/// What the folders of a path say: name=value.
std::vector<FolderColumn> FolderColumns(const std::string& path) {
  std::vector<FolderColumn> found;
  for (size_t at = 0; at < path.size();) {
    const size_t slash = path.find('/', at);
    if (slash == std::string::npos) break;
    const std::string part = path.substr(at, slash - at);
    if (const size_t equals = part.find('='); equals != std::string::npos && equals > 0) {
      const std::string value = PercentDecoded(part.substr(equals + 1));
      const bool is_null = value == "__HIVE_DEFAULT_PARTITION__";
      found.push_back({part.substr(0, equals), is_null ? std::nullopt : std::optional(value)});
    }
    at = slash + 1;
  }
  return found;
}

/// The rows of a file with the columns that its folders are. Their values are text; a type is not
/// to be guessed from it.
std::string WithFolders(const std::string& relation, const std::vector<Column>& columns,
                        const std::vector<FolderColumn>& folders) {
  std::string replaced, added;
  for (const FolderColumn& folder : folders) {
    const std::string value =
        fmt::format("CAST({} AS VARCHAR) AS {}", folder.value ? QuoteText(*folder.value) : "NULL",
                    QuoteName(folder.name));
    const bool is_there = std::ranges::any_of(
        columns, [&](const Column& column) { return Lower(column.name) == Lower(folder.name); });
    std::string& list = is_there ? replaced : added;
    list += ", " + value;
  }
  if (!replaced.empty()) replaced = " REPLACE (" + replaced.substr(2) + ")";
  return fmt::format("(SELECT *{}{} FROM {})", replaced, added, relation);
}

}  // namespace

/// Lives for as long as somebody reads from it.
class TableLines::Database {
 public:
  static Result<std::shared_ptr<Database>> Open(const std::shared_ptr<s3::Client>& client) {
    CADENZA_ASSIGN(duckdb_database handle, OpenDatabase());
    auto database = std::make_shared<Database>(handle, client);
    CADENZA_TRY(database->connection_->Execute(
        fmt::format("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL threads = 1; "
                    "SET GLOBAL preserve_insertion_order = true; SET GLOBAL memory_limit = '{}B'",
                    kMemoryBytes)));
    return database;
  }
  Database(duckdb_database handle, const std::shared_ptr<s3::Client>& client)
      : handle_(handle),
        connection_(std::make_unique<Connection>(handle)),
        s3_(connection_.get(), client, true),
        codec_(handle) {}
  ~Database() {
    connection_.reset();
    duckdb_close(&handle_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  duckdb_database handle() const { return handle_; }
  /// The query of a file's lines, with what has to be loaded for it.
  Result<RowLinesQuery> QueryOf(const SourceFile& file) {
    const std::scoped_lock lock(mutex_);
    if (file.s3) CADENZA_TRY(s3_.Ensure());
    if (file.compression == Compression::kDelta) {
      CADENZA_ASSIGN(const DeltaRelation table,
                     MakeDeltaRelation(connection_.get(), &codec_, file));
      return MakeRowLinesQuery(table.sql, table.columns, {});
    }
    CADENZA_TRY(CheckPath(file.container));
    std::string relation =
        fmt::format("read_parquet({}, hive_partitioning = false)", QuotePath(file.container));
    CADENZA_ASSIGN(std::vector<Column> columns, connection_->Describe("SELECT * FROM " + relation));
    std::vector<std::string> untyped;
    if (const std::vector<FolderColumn> folders = FolderColumns(file.member); !folders.empty()) {
      relation = WithFolders(relation, columns, folders);
      CADENZA_ASSIGN(columns, connection_->Describe("SELECT * FROM " + relation));
      for (const FolderColumn& folder : folders) untyped.push_back(folder.name);
    }
    CADENZA_ASSIGN(const RowSet faults,
                   connection_->Query(ParquetFaultsOf(QuotePath(file.container))));
    CADENZA_TRY(RefusedBy(faults));
    return MakeRowLinesQuery(relation, columns, untyped);
  }

 private:
  duckdb_database handle_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
  S3Reach s3_;
  ParquetCheckpointCodec codec_;
};

/// Runs the query and hands out its texts, one a line, chunk by chunk.
class TableLines::Stream : public ByteStream {
 public:
  Stream(std::shared_ptr<Database> database, SourceFile file, std::string select)
      : database_(std::move(database)),
        connection_(std::make_unique<Connection>(database_->handle())),
        file_(std::move(file)),
        select_(std::move(select)) {}
  ~Stream() override {
    duckdb_destroy_result(&result_);
    connection_.reset();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The query begins here, so that what is wrong with the first rows is an error of reading.
  Result<size_t> Read(char* into, size_t size) override {
    if (!started_) CADENZA_TRY(Start());
    started_ = true;
    while (at_ == text_.size()) {
      CADENZA_ASSIGN(const bool more, NextChunk());
      if (!more) return size_t{0};
    }
    const size_t taken = std::min(size, text_.size() - at_);
    std::memcpy(into, text_.data() + at_, taken);
    at_ += taken;
    return taken;
  }

 private:
  Status Start() {
    duckdb_prepared_statement statement = nullptr;
    duckdb_pending_result pending = nullptr;
    Status status;
    if (duckdb_prepare(connection_->handle(), select_.c_str(), &statement) == DuckDBError) {
      status = Failed(duckdb_prepare_error(statement));
    } else if (duckdb_pending_prepared_streaming(statement, &pending) == DuckDBError) {
      status = Failed(duckdb_pending_error(pending));
    } else if (duckdb_execute_pending(pending, &result_) == DuckDBError) {
      status = Failed(duckdb_result_error(&result_));
    }
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&statement);
    return status;
  }

  Error Failed(const char* reason) const {
    return ErrorOfFile(file_, Error{ErrorKind::kInput, reason ? reason : "no reason was given"});
  }

  Result<bool> NextChunk() {
    text_.clear();
    at_ = 0;
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
    if (!chunk) {
      const char* reason = duckdb_result_error(&result_);
      if (reason && *reason) return Failed(reason);
      return false;
    }
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, 0);
    auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk); ++row) {
      text_.append(duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row]));
      text_ += '\n';
    }
    duckdb_destroy_data_chunk(&chunk);
    return true;
  }

  std::shared_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  SourceFile file_;
  std::string select_;
  bool started_ = false;
  duckdb_result result_{};
  std::string text_;
  size_t at_ = 0;
};

class TableLines::Rows : public RowLines {
 public:
  Rows(std::shared_ptr<Database> database, SourceFile file, std::string select)
      : database_(std::move(database)), file_(std::move(file)), select_(std::move(select)) {}

  Result<std::unique_ptr<ByteStream>> Open() const override {
    return std::unique_ptr<ByteStream>(std::make_unique<Stream>(database_, file_, select_));
  }

 private:
  std::shared_ptr<Database> database_;
  SourceFile file_;
  std::string select_;
};

Result<std::shared_ptr<TableLines::Database>> TableLines::Ready() {
  const std::scoped_lock lock(mutex_);
  if (!database_) {
    CADENZA_ASSIGN(database_, Database::Open(client_));
  }
  return database_;
}

Status TableLines::Open(SourceFile* file, std::string_view needed_key) {
  CADENZA_TRY(delta::FixVersion(file));
  CADENZA_ASSIGN(std::shared_ptr<Database> database, Ready());
  Result<RowLinesQuery> query = database->QueryOf(*file);
  if (!query.ok()) {
    const std::string& message = query.error().message;
    if (message.starts_with("FATAL") || message.starts_with("INTERNAL")) {
      const std::scoped_lock lock(mutex_);
      database_.reset();
    }
    return ErrorOfFile(*file, query.error());
  }
  if (!needed_key.empty() && std::ranges::count(query->keys, needed_key) == 0) {
    return MakeError(ErrorKind::kInput, "no column is {}", needed_key);
  }
  file->has_instants = query->has_instants;
  file->rows = std::make_shared<Rows>(std::move(database), *file, std::move(query->select));
  return {};
}

Result<std::vector<SourceFile>> TableLines::List(const std::string& pattern,
                                                 std::string_view needed_key) {
  CADENZA_ASSIGN(SourceListing listing, ListSources(pattern, client_));
  for (SourceFile& file : listing.files) {
    if (!file.is_table()) continue;
    if (Status status = Open(&file, needed_key); !status.ok()) {
      return MakeError(status.error().kind, "{}: {}", file.name, status.error().message);
    }
  }
  return std::move(listing.files);
}

}  // namespace cadenza::engine

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "delta/statistics.h"
#include "engine/scan.h"

namespace cadenza::engine {

/// A column as SQL names it: BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, DATE,
/// TIMESTAMP WITH TIME ZONE.
struct Column {
  std::string name;
  std::string type;

  bool operator==(const Column&) const = default;
};

/// A column of a bound relation.
struct ColumnOf {
  std::string relation;
  std::string column;
};

/// A small result, every value as text; nullopt = NULL.
struct RowSet {
  std::vector<Column> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;

  /// The one value of a one-row result as a number; 0 when there is none.
  int64_t Number(size_t row = 0, size_t column = 0) const;
  std::string Text(size_t row = 0, size_t column = 0) const;
};

/// Of one file, in the order of the partition columns; nullopt = NULL.
using PartitionValues = std::vector<std::optional<std::string>>;

/// Parquet files that together are a relation.
struct FileRelation {
  std::vector<Column> columns;
  std::vector<std::string> partition_columns;  ///< not in the files
  std::string folder;                          ///< the table's root, a path or s3://…
  std::vector<std::string> files;              ///< relative to folder, or absolute
  /// One of each file; none at all: the folders below the root say them (Hive style).
  std::vector<PartitionValues> partition_values = {};
  bool columns_were_added = false;  ///< older files may lack columns
  std::string path_column;     ///< a further column with the row's file as named above; empty: none
  int64_t delta_version = -1;  ///< all files of this version of the Delta table; -1: not known

  /// One of the files, with its folder; without the scheme of file:// and in the way that s3a://
  /// is written here.
  std::string PathOf(const std::string& file) const;
};

/// Files that another program made, with the columns that they have.
struct ForeignFiles {
  enum class Format { kParquet, kDelta, kJson, kCsv };
  Format format = Format::kParquet;
  std::vector<std::string> files;  ///< of a Delta table its folder
};

/// Rows for a Delta table, to be committed by the engine itself.
struct TableWrite {
  std::string select;
  std::string where = {};  ///< only the rows that match are replaced; empty: all
  std::string folder;      ///< the table's root, a path or s3://…
  bool exists = false;
  std::vector<std::string> partition_columns;  ///< of a new table
  /// The commit records it. An engine that finds it recorded writes nothing.
  std::string application;
  int64_t transaction = 0;
};

struct WriteRequest {
  std::string select;                          ///< the rows
  std::string folder;                          ///< the table's root, created when missing
  std::string subfolder;                       ///< below folder, or empty
  std::vector<std::string> partition_columns;  ///< left out of the files
  std::string file_prefix = "part";            ///< names are <prefix>-<uuid>.parquet
  bool ordered = false;  ///< the file keeps the order of the select; not with partitions
  /// About how many partitions to expect; a layout of very many small files takes another way.
  int64_t partitions_expected = 0;
};

/// A Parquet file that a Write made.
struct WrittenFile {
  std::string path;    ///< relative to the table's root, as on disk
  std::string folder;  ///< below which it was written: that of the request
  std::map<std::string, std::optional<std::string>> partition_values;
  int64_t size_bytes = 0;
  int64_t rows = 0;
  std::map<std::string, delta::ColumnRange> columns;
};

/// Runs SQL over relations that have names, and writes the results as Parquet files.
/// The SQL is the common subset of DuckDB and Spark, plus the macros of the engine's prelude.
/// Thread-safe only where it says so. Errors of the SQL are kInput with the engine's message.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual Status Execute(const std::string& sql) = 0;
  virtual Result<RowSet> Query(const std::string& sql) = 0;
  /// The columns of a query without running it.
  virtual Result<std::vector<Column>> Describe(const std::string& select) = 0;

  // Relations: each call replaces what had the name.
  virtual Status BindFiles(const std::string& name, const FileRelation& files) = 0;
  virtual Status BindQuery(const std::string& name, const std::string& select) = 0;
  /// The distinct rows of a query that has one column and no more rows than said.
  virtual Status BindDistinct(const std::string& name, const std::string& select,
                              int64_t /*rows_max*/) {
    return BindQuery(name, "SELECT DISTINCT * FROM (" + select + "\n) AS all_rows");
  }
  /// Runs the query now and keeps the rows (memory, spilling to disk).
  virtual Status Materialize(const std::string& name, const std::string& select) = 0;
  virtual Status Drop(const std::string& name) = 0;
  /// Rows that the program itself made: a file with one JSON object a line.
  virtual Status LoadRows(const std::string& name, const std::vector<Column>& columns,
                          const std::string& ndjson_path) = 0;
  /// The scan must outlive the relation.
  virtual Status BindEventScan(const std::string& name, EventScan* scan) = 0;
  virtual Status BindSongScan(const std::string& name, SongScan* scan) = 0;

  /// False: no two rows of the relation agree in all of these columns, and none has NULL there.
  /// True: they may; a query has to look. Made to be cheaper than that query where it can be, in
  /// half of the engine's memory: of more keys than that holds it says that they may.
  virtual Result<bool> MayRepeat(const std::string& relation,
                                 const std::vector<std::string>& columns) = 0;

  /// False: each value of the column is in the other relation's column, and none is NULL. True:
  /// that may not be so; a query has to look. Made to be cheaper than that query, as MayRepeat.
  virtual Result<bool> MayMiss(const ColumnOf& /*values*/, const ColumnOf& /*all_values*/) {
    return true;
  }

  /// Makes s3:// paths readable for queries that are not about bound relations.
  virtual Status ReachS3() = 0;
  /// What stands for a Delta table in the FROM of a query: the version that the file names, or the
  /// newest. An error when it cannot be read, with the reason: it may need of its readers what the
  /// engine lacks.
  virtual Result<std::string> DeltaTable(SourceFile table) = 0;

  /// Lets OpenStream() give the rows of a Parquet file or Delta table as lines, one JSON object
  /// each under the keys of raw records, and fixes the version of a Delta table. kInput when it
  /// cannot be read, or has no column for `needed_key` (ts, song_id; empty: none is needed). The
  /// lines are the same each time that the same file is opened. Thread-safe.
  virtual Status OpenTable(SourceFile* file, std::string_view needed_key) = 0;

  /// As runs record it: duckdb, spark.
  virtual std::string name() const = 0;
  /// True: rows of models are written by WriteTable, not by Write.
  virtual bool commits_tables() const { return false; }
  /// The engine of this machine: itself, or the one that stands beside a cluster.
  virtual Engine& here() { return *this; }
  /// The rows of a query as a relation of here().
  virtual Status Fetch(const std::string& name, const std::string& select) {
    return Materialize(name, select);
  }
  /// Text files, plain or .gz by their names, as a relation of their lines: line (as it stands,
  /// without '\n' and without a byte order mark), path and block (where the piece of the file that
  /// one task read begins), number (rises within path and block). For engines that commit tables.
  virtual Status BindLines(const std::string& /*name*/, const std::vector<std::string>& /*paths*/) {
    return MakeError(ErrorKind::kInternal, "this engine reads no lines");
  }
  /// Replaces rows of a Delta table, or makes it, in one commit.
  virtual Status WriteTable(const TableWrite&) {
    return MakeError(ErrorKind::kInternal, "this engine commits no tables");
  }
  /// Binds the files with all their columns and `_file`; values of text formats stay text. False:
  /// the engine has SQL functions for that, which the caller uses.
  virtual Result<bool> BindForeign(const std::string& /*name*/, const ForeignFiles& /*files*/) {
    return false;
  }

  /// Into a folder on disk.
  virtual Result<std::vector<WrittenFile>> Write(const WriteRequest& request) = 0;

  /// kInput unless the text is one statement that only reads.
  virtual Status CheckReadOnly(const std::string& sql) = 0;
  /// Streams a query's rows into a file (or /dev/stdout) as csv, json (one array) or parquet.
  virtual Status Export(const std::string& select, const std::string& path,
                        const std::string& format) = 0;

  /// For the Delta log's checkpoints. Lives as long as the engine.
  virtual delta::CheckpointCodec* checkpoint_codec() = 0;

  /// Stops what runs now with kInterrupted. Callable from any thread and from signal handlers'
  /// helper threads.
  virtual void Interrupt() = 0;
};

struct DuckDbOptions {
  int threads = 0;                            ///< 0 = all cores
  int64_t memory_bytes = int64_t{700} << 20;  ///< the engine's own limit; beyond it spills
  std::string spill_folder;                   ///< empty: the system's temporary folder
  bool keep_order = false;                    ///< rows of a query come in the order of its input
  std::shared_ptr<s3::Client> s3 = {};        ///< for s3:// paths; may be empty
  /// No file on S3 changes while the engine lives: saves a request each time that one is opened.
  bool s3_files_are_fixed = false;
};
Result<std::unique_ptr<Engine>> OpenDuckDb(const DuckDbOptions& options);

/// 'text' with quotes doubled, and "name" likewise.
std::string QuoteText(std::string_view text);
std::string QuoteName(std::string_view name);
/// QuoteText of a path that is to be read as it is: what would be a pattern in it is none.
std::string QuotePath(std::string_view path);
/// With commas between them.
std::string QuotePaths(const std::vector<std::string>& paths);
/// kInput for a path that cannot be said to the engine: no UTF-8, a pattern's sign beside '\\', or
/// on S3 a sign that its requests cannot hold.
Status CheckPath(std::string_view path);
/// The folder of a partition column's value: Hive's way, everything but unreserved characters as
/// %XX. What is too long for a name is cut, and its hash put behind it: the log has the value.
std::string PartitionFolder(const std::string& column, const std::optional<std::string>& value);
/// No rows, with these columns.
std::string EmptySelect(const std::vector<Column>& columns);
/// "a", "b"
std::string NameList(const std::vector<Column>& columns);
std::string NameList(const std::vector<std::string>& names);
/// SQL condition: one of these columns has no value.
std::string AnyIsNull(const std::vector<std::string>& names);

}  // namespace cadenza::engine

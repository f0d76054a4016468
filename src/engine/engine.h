#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "engine/cluster.h"
#include "engine/relation.h"
#include "engine/scan.h"
#include "engine/sql_names.h"

namespace cadenza::engine {

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
  /// True: they may; a query has to look. Made to be cheaper than that query, in half of the
  /// engine's memory: more keys than that holds are looked at in parts.
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
  /// What an engine has that works on a cluster; nullptr: it works here.
  virtual Cluster* cluster() { return nullptr; }
  /// Rows of models are written by the cluster, not by Write.
  bool commits_tables() { return cluster() != nullptr; }
  /// The engine of this machine: itself, or the one that stands beside a cluster.
  virtual Engine& here() { return *this; }
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

/// DuckDbOptions::rows_ahead_bytes where few readers have the machine to themselves.
inline constexpr int64_t kRowsAheadBytes = 32 << 20;

struct DuckDbOptions {
  int threads = 0;                            ///< 0 = all cores
  int64_t memory_bytes = int64_t{700} << 20;  ///< the engine's own limit; beyond it spills
  std::string spill_folder;                   ///< empty: the system's temporary folder
  bool keep_order = false;                    ///< rows of a query come in the order of its input
  /// Rows of a query that are made before they are asked for, so that threads need not wait for who
  /// reads them; 0: the engine's own measure, 1 MB.
  int64_t rows_ahead_bytes = 0;
  std::shared_ptr<s3::Client> s3 = {};  ///< for s3:// paths; may be empty
  /// No file on S3 changes while the engine lives: saves a request each time that one is opened.
  bool s3_files_are_fixed = false;
};
Result<std::unique_ptr<Engine>> OpenDuckDb(const DuckDbOptions& options);

}  // namespace cadenza::engine

#pragma once

#include <duckdb.h>

#include <memory>
#include <mutex>

#include "engine/duckdb/connection.h"
#include "engine/duckdb/counted_rows.h"
#include "engine/duckdb/key_check.h"
#include "engine/duckdb/row_sink.h"
#include "engine/duckdb/s3_reach.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/table_lines.h"
#include "engine/engine.h"
#include "engine/held_rows.h"
#include "engine/value_set.h"

namespace cadenza::engine {

/// A DuckDB database in memory with our functions, and what these functions look up. Its engines
/// share it and its last one closes it. Thread-safe.
class SharedDatabase {
 public:
  static Result<std::shared_ptr<SharedDatabase>> Open(const DuckDbOptions& options);
  SharedDatabase(duckdb_database database, const DuckDbOptions& options);
  ~SharedDatabase();
  SharedDatabase(const SharedDatabase&) = delete;
  SharedDatabase& operator=(const SharedDatabase&) = delete;

  duckdb_database handle() const { return database_; }
  int threads() const { return threads_; }
  int64_t memory_bytes() const { return memory_bytes_; }
  int64_t rows_ahead_bytes() const { return rows_ahead_bytes_; }
  Status ReachS3();

  TableLines tables;
  ScanRegistry<EventScan> event_scans;
  ScanRegistry<SongScan> song_scans;
  ScanRegistry<RowSink> row_sinks;
  ScanRegistry<KeyHashes> key_checks;
  ScanRegistry<ValueSet> value_sets;
  ScanRegistry<CountedRows> counts;
  ScanRegistry<const HeldRows> held_rows;

 private:
  Status SetUp(const DuckDbOptions& options);

  duckdb_database database_;
  std::unique_ptr<Connection> connection_;  ///< for what concerns all engines
  std::mutex s3_mutex_;
  S3Reach s3_;
  int threads_;
  int64_t memory_bytes_;
  int64_t rows_ahead_bytes_;
};

}  // namespace cadenza::engine

#pragma once

#include <duckdb.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/duckdb/row_layout.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/engine.h"

namespace cadenza::engine {

class RowSinkThread;

/// Takes the rows of one Write, chunk by chunk from any number of threads, and makes Parquet files
/// of them: one file a partition, each with the row groups of all threads. Memory is bounded: the
/// partition that was met longest ago gives up its rows first.
class RowSink {
 public:
  RowSink(WriteRequest request, RowLayout layout);
  ~RowSink();

  /// What one thread has in hand; owned by the sink. Thread-safe.
  RowSinkThread* AddThread();
  /// Writes what is still in memory, then the footers. After the last chunk.
  Result<std::vector<WrittenFile>> Finish();

 private:
  friend class RowSinkThread;
  struct File;
  File* FileOf(const std::string& folder, std::vector<std::optional<std::string>> key);

  const WriteRequest request_;
  const RowLayout layout_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<File>> files_;  ///< by folder
  std::vector<std::unique_ptr<RowSinkThread>> threads_;
};

/// Registers cadenza_write_rows(number of a registered sink, column...), which hands its arguments
/// to the sink and returns 1. A function's argument is the one place where the engine's C interface
/// lets many threads deliver rows.
Status RegisterWriteRows(duckdb_connection connection, ScanRegistry<RowSink>* sinks);

}  // namespace cadenza::engine

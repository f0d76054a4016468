#pragma once

#include <cstdint>
#include <vector>

#include "engine/duckdb/connection.h"
#include "engine/duckdb/row_sink.h"
#include "engine/engine.h"

namespace cadenza::engine {

/// From here on a layout is written file by file in parallel instead of by one COPY: the engine's
/// own partitioned COPY takes 220 µs a partition of which the file system needs 45
/// (docs/BENCHMARKS.md).
inline constexpr int64_t kManyPartitions = 256;

/// Writes through the engine's COPY.
Result<std::vector<WrittenFile>> WriteByCopy(Connection& connection, const WriteRequest& request);

/// True when every column has a type that our own encoder takes, and every partition column one
/// that it can put into a folder's name. Other rows go through COPY.
bool OwnFilesCanHold(const WriteRequest& request, const std::vector<Column>& columns);

/// Writes with our own encoder, one file a partition, on all threads of the query.
Result<std::vector<WrittenFile>> WriteByRowSink(Connection& connection, const WriteRequest& request,
                                                const std::vector<Column>& columns,
                                                ScanRegistry<RowSink>* sinks);

/// Writes one file a partition with parquet::FlatFileWriter, several threads at once.
/// All rows are in memory at once (the engine spills what it sorts).
Result<std::vector<WrittenFile>> WriteManyPartitions(Connection& connection,
                                                     const WriteRequest& request,
                                                     const std::vector<Column>& columns,
                                                     int threads);

}  // namespace cadenza::engine

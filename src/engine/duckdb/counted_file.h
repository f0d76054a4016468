#pragma once

#include <vector>

#include "engine/duckdb/counted_rows.h"
#include "engine/engine.h"
#include "engine/row_counter.h"

namespace cadenza::engine {

/// Writes counts as one Parquet file, in their order, on so many threads: RowCounter::WriteCounts.
/// Texts go from their codes into the file's dictionaries, without being looked up or copied for
/// each row. The folder is there.
Result<std::vector<WrittenFile>> WriteCountedFile(const CountedRows& counted,
                                                  const WriteRequest& request,
                                                  const std::vector<CountColumn>& columns,
                                                  size_t threads);

}  // namespace cadenza::engine

#pragma once

#include <string>

#include "engine/engine.h"

namespace cadenza::engine {

/// Refuses Parquet files that the engine reads wrongly without a word, or refuses without naming
/// file and column (as of 1.5.5): decimals of more than 38 digits come as other numbers, and whole
/// numbers in BYTE_STREAM_SPLIT are not read. The encodings are those of the first file: of each
/// they would cost more than many a query, and the engine itself refuses the others. `paths`: a
/// list of QuotePath. Files that cannot be read are left to who reads them.
Status CheckParquetFaults(Engine* engine, const std::string& paths);

/// The query behind it, for a connection that is no Engine, and what its first row says.
std::string ParquetFaultsOf(const std::string& paths);
Status RefusedBy(const RowSet& faults);

}  // namespace cadenza::engine

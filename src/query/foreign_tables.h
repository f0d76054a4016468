#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "query/time_travel.h"
#include "storage/s3/client.h"
#include "storage/source_file.h"

namespace cadenza::query {

/// What stands for the table in a query, at its version or at `travel`'s point in time. The table
/// is opened once, so that an error names it.
Result<std::string> DeltaRelation(const SourceFile& table, const TimeTravel* travel,
                                  engine::Engine* engine);

/// A call of read_parquet for the files, columns by name, folder names such as level=paid as
/// columns.
/// The paths of Parquet files as a list of SQL.
std::string ParquetPaths(const std::vector<SourceFile>& files);
std::string ParquetRelation(const std::vector<SourceFile>& files);

/// The time of `at (timestamp => ...)` in ms since 1970; kUsage when it is none.
Result<int64_t> TimeOf(const TimeTravel& travel, engine::Engine* engine);

}  // namespace cadenza::query

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "engine/duckdb/connection.h"
#include "storage/source_file.h"

namespace cadenza::engine {

/// A relation of SQL, and its columns.
struct DeltaRelation {
  std::string sql;
  std::vector<Column> columns;
};

/// engine::Engine::DeltaTable for a connection: loads the extension. S3 must be within reach. The
/// table's version must be known (delta::FixVersion).
Result<DeltaRelation> MakeDeltaRelation(Connection* connection, delta::CheckpointCodec* codec,
                                        const SourceFile& table);

}  // namespace cadenza::engine

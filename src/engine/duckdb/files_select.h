#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::engine {

/// The SELECT of a relation's rows. What the log says of a file counts, not what its path looks
/// like: columns come from the schema, values of partitions from the relation. Only where the
/// folders below the root say the same does the engine read those, which lets it skip files
/// sooner. Columns that a file lacks are NULL when columns_were_added. There must be files.
Result<std::string> SelectFiles(const FileRelation& relation);

}  // namespace cadenza::engine

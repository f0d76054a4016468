#pragma once

#include <string>

#include "base/result.h"
#include "delta/snapshot.h"
#include "engine/engine.h"

namespace cadenza::engine {

/// The SQL type of a column by its type in a Delta schema, nested ones too; void, which holds
/// nothing but NULL, is VARCHAR. kInput for a type that the engine does not have.
Result<std::string> SqlTypeOf(const std::string& delta_type);

/// All of a version's rows. The table's files must be readable as they are.
Result<FileRelation> RelationOf(const delta::Snapshot& snapshot, const std::string& folder);

}  // namespace cadenza::engine

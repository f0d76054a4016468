#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::stream {

/// kUsage, in the words of a statement's failure, when the condition of --where cannot be asked of
/// the relation. An empty one holds for all.
Status CheckCondition(engine::Engine* engine, const std::string& where,
                      const std::string& relation);

}  // namespace cadenza::stream

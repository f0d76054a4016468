#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::recommend {

/// Binds a file's pairs as a relation of user, item (as the file has them), value (DOUBLE, above 0)
/// and day (DATE, NULL without times), each pair and day once. kUsage: a column is not there;
/// kInput: a value is missing, no number, infinite or negative. Says whether there are times.
Result<bool> BindInteractions(engine::Engine* engine, const std::string& name,
                              const std::string& path,
                              const std::map<std::string, std::string>& columns);

}  // namespace cadenza::recommend

#pragma once

#include <string_view>

#include "base/result.h"
#include "delta/snapshot.h"
#include "nlohmann/json_fwd.hpp"

namespace cadenza::share {

/// True when no row of the file can meet the condition, by its partition and its statistics. The
/// condition is a jsonPredicateHints tree: op and children, column and literal leaves. What it does
/// not know keeps the file.
bool CanSkip(const delta::AddFile& file, const nlohmann::json& condition);

}  // namespace cadenza::share

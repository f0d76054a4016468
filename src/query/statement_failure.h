#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "query/lake_state.h"

namespace cadenza::query {

/// Why a statement failed, in the program's own words. What it suggests is there: tables of this
/// lake and their columns, words of SQL; never what the engine keeps for itself. `lake` may be
/// nullptr: then there are no tables to name.
Error ExplainFailure(const Error& error, const std::string& statement, const LakeState* lake);

}  // namespace cadenza::query

#pragma once

#include <string>

#include "base/result.h"

namespace cadenza::churn {

/// Refuses a SELECT of features that could know what comes after the cut-off, before anything
/// runs. It may read `relation` (history, totals or profile) and its own subqueries; it may call
/// the functions that only compute. All else, the lake's tables, files, clock and chance, is kInput
/// with file, line and name. `first_line`: of the text in its file.
Status CheckFeatureSql(const std::string& file, int first_line, const std::string& sql,
                       const std::string& relation);

}  // namespace cadenza::churn

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "maintenance/row_edit.h"

namespace cadenza::cli {

/// By table, for a summary.
nlohmann::json TableEditsJson(const std::vector<maintenance::TableEdit>& edits);

/// As a table for people, with an empty line behind.
void PrintTableEdits(const std::vector<maintenance::TableEdit>& edits);

/// Until when earlier versions hold what was edited.
std::string HistoryAfterEdits(const std::vector<maintenance::TableEdit>& edits, const char* held,
                              bool is_delta);

}  // namespace cadenza::cli

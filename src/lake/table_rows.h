#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "lake/lake.h"
#include "lake/run.h"

namespace cadenza::lake {

/// SQL: the model's columns of a relation in the model's types, whatever an engine made of them.
std::string TypedRows(const Model& model, const std::string& relation);

/// Writes rows (SQL tuples for VALUES, in the order of the model's columns) as files of a table.
Result<std::vector<engine::WrittenFile>> WriteTuples(Lake* lake, const Run& run, const Model& model,
                                                     const std::vector<std::string>& tuples);

/// Stages rows that the program made behind those that a table without partitions has; a table that
/// is not there yet is made, also for no rows.
Status StageMadeRows(Lake* lake, Run* run, const std::string& table,
                     const std::vector<nlohmann::json>& rows);

/// Stages a query's rows in place of all that a table without partitions has. `change`: what the
/// commit is to be.
Status StageAnew(Lake* lake, Run* run, const Model& model, const std::string& select,
                 TableChange change = {});

/// True when a query's rows are not those that the table has, how often each counts.
Result<bool> DifferFromTable(engine::Engine* engine, const std::string& select,
                             const TableState& table);

}  // namespace cadenza::lake

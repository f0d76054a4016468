#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "lake/lake.h"
#include "query/time_travel.h"

namespace cadenza::query {

/// Opens a lake for reading; kNotFound when there is none.
Result<lake::Lake> OpenExistingLake(const std::string& root, engine::Engine* engine,
                                    const std::shared_ptr<s3::Client>& s3);

/// The table of a name such as songplays or silver.songplays; kUsage with the names there are.
Result<const lake::Model*> FindTable(const lake::Lake& lake, const std::string& name);

/// A table at the version or time of a query; kUsage or kNotFound when there is none.
Result<lake::TableState> StateAt(lake::Lake* lake, const lake::Model& model,
                                 const TimeTravel& travel);

/// Binds the tables that a query names, and returns the query with time travel resolved:
/// `songplays at (version => 3)` and `songplays at (timestamp => '2026-01-31 12:00')` become
/// relations of their own. What `bound` names is bound already and stays as it is; it learns the
/// rest.
Result<std::string> BindTablesOf(const std::string& sql, lake::Lake* lake,
                                 std::set<std::string>* bound = nullptr);

}  // namespace cadenza::query

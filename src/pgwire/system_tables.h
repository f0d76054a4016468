#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgwire/relation.h"

namespace cadenza::pgwire {

/// PostgreSQL's own tables and views, as relations of the shared catalogue. Parsed once.
const std::vector<Relation>& SystemTables();
/// The rows of those that have any, as COPY writes them, with a header line.
std::vector<std::pair<std::string, std::string_view>> SystemRows();
/// The engine's type for a column of PostgreSQL's catalogue.
std::string EngineTypeOfSystem(uint32_t oid);

}  // namespace cadenza::pgwire

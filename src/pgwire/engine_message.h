#pragma once

#include <string>
#include <string_view>

#include "pgwire/sql_error.h"

namespace cadenza::pgwire {

/// What the engine says of a failed statement, in PostgreSQL's words where it has words for it,
/// with its SQLSTATE and what it is about. Else the first line of what was said.
SqlError SqlErrorOfEngine(const std::string& reason);

/// Where a name or a value stands in a query, in characters from 1; 0: nowhere, or in several
/// places.
int PlaceOf(std::string_view name, std::string_view query);

}  // namespace cadenza::pgwire

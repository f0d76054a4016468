#pragma once

#include <optional>
#include <string>

#include "pgwire/sql_error.h"

namespace pg_query {
class Node;
}

namespace cadenza::pgwire {

/// The text of a constant such as 'a', -1 or DATE '2024-01-01'; nullopt: NULL. 0A000 for what is to
/// be computed.
Outcome<std::optional<std::string>> ConstantOf(const pg_query::Node& node);

}  // namespace cadenza::pgwire

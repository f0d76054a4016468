#pragma once

#include <string_view>

#include "pgwire/sql_error.h"

namespace cadenza::pgwire {

/// A function that does more than compute from its arguments: reads files, settings of the engine,
/// other SQL, or changes what others see.
bool IsForbiddenFunction(std::string_view name);
/// A function that may stand in a FROM.
bool IsTableFunction(std::string_view name);

}  // namespace cadenza::pgwire

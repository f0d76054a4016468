#pragma once

#include <string_view>

namespace cadenza::pgwire {

/// The engine's name of a type of PostgreSQL, which may be the same. A view of one of the two.
std::string_view EngineTypeName(std::string_view name);

}  // namespace cadenza::pgwire

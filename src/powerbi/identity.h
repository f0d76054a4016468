#pragma once

#include <string>
#include <string_view>

namespace cadenza::powerbi {

/// A GUID that a name always has.
std::string GuidOf(std::string_view name);
/// 20 hex digits, as PBIR names pages and visuals.
std::string ShortIdOf(std::string_view name);

}  // namespace cadenza::powerbi

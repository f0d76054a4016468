#pragma once

#include <string_view>

namespace cadenza::engine {

/// How the detail of a quarantined line begins that stands for the end of a damaged archive.
inline constexpr std::string_view kDamaged = "damaged: ";

}  // namespace cadenza::engine

#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.h"

namespace cadenza::cli {

inline constexpr size_t kUncut = SIZE_MAX;

/// A result as aligned columns with a header, for a terminal. Values of more characters than
/// `width_max` are cut with an ellipsis.
std::string TableText(const engine::RowSet& rows, size_t width_max = 60);

}  // namespace cadenza::cli

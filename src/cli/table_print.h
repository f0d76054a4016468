#pragma once

#include <string>

#include "engine/engine.h"

namespace cadenza::cli {

/// A result as aligned columns with a header, for a terminal. Long values are cut with an ellipsis.
std::string TableText(const engine::RowSet& rows);

}  // namespace cadenza::cli

#pragma once

#include <string>

#include "simulate/figures.h"

namespace cadenza::simulate {

/// An SVG picture of a comparison: two cumulative curves, or bars side by side.
std::string Plot(const Comparison& comparison);

}  // namespace cadenza::simulate

#pragma once

#include <cstddef>
#include <cstdint>

namespace cadenza::recommend {

/// What one row of a fit is solved from. Widths are multiples of 8.
struct RowTask {
  const float* const* vectors;  ///< of the other side, one a pair
  const float* quadratic;       ///< weight of (x y)^2 above the unplayed, one a pair
  const float* linear;          ///< weight of x y, one a pair
  size_t pairs;
  const float* diagonal;  ///< of the unplayed and the regularisation, in the turned axes
  size_t width;
  int steps;
  float* row;      ///< in: where to begin; out: nearer
  float* scratch;  ///< 4 * width
};

/// Some steps of conjugate gradients, preconditioned by the diagonal.
void SolveRow(const RowTask& task);

}  // namespace cadenza::recommend

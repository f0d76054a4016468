#include "recommend/factor_row.h"

namespace cadenza::recommend {
namespace {

// Eight numbers at a time: one register where the machine has such, two or more where not. The
// machine's own instructions are chosen when the program starts (target_clones).
using Eight = float __attribute__((vector_size(32)));
using EightAnywhere = float __attribute__((vector_size(32), aligned(4), may_alias));

[[gnu::always_inline]] inline Eight Load(const float* from) {
  return *reinterpret_cast<const EightAnywhere*>(from);
}
[[gnu::always_inline]] inline void Store(float* to, Eight value) {
  *reinterpret_cast<EightAnywhere*>(to) = value;
}
[[gnu::always_inline]] inline float Sum(Eight v) {
  return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7]));
}
[[gnu::always_inline]] inline Eight All(float value) {
  return Eight{value, value, value, value, value, value, value, value};
}
[[gnu::always_inline]] inline float Dot(const float* a, const float* b, size_t width) {
  Eight sum = {};
  for (size_t k = 0; k < width; k += 8) sum += Load(a + k) * Load(b + k);
  return Sum(sum);
}

/// Four vectors at a time, so that `direction` and `sum` are read a quarter as often.
/// kResidual: sum += (linear - quadratic (y direction)) y; else sum += quadratic (y direction) y.
template <bool kResidual>
[[gnu::always_inline]] inline void AddPairs(const RowTask& task, const float* direction,
                                            float* sum) {
  const size_t width = task.width;
  size_t i = 0;
  for (; i + 4 <= task.pairs; i += 4) {
    const float* const y[] = {task.vectors[i], task.vectors[i + 1], task.vectors[i + 2],
                              task.vectors[i + 3]};
    Eight dot[4] = {};
    for (size_t k = 0; k < width; k += 8) {
      const Eight d = Load(direction + k);
      for (int j = 0; j < 4; ++j) dot[j] += d * Load(y[j] + k);
    }
    Eight factor[4];
    for (int j = 0; j < 4; ++j) {
      const float along = task.quadratic[i + static_cast<size_t>(j)] * Sum(dot[j]);
      factor[j] = All(kResidual ? task.linear[i + static_cast<size_t>(j)] - along : along);
    }
    for (size_t k = 0; k < width; k += 8) {
      Eight s = Load(sum + k);
      for (int j = 0; j < 4; ++j) s += factor[j] * Load(y[j] + k);
      Store(sum + k, s);
    }
  }
  for (; i < task.pairs; ++i) {
    const float* y = task.vectors[i];
    const float along = task.quadratic[i] * Dot(direction, y, width);
    const Eight factor = All(kResidual ? task.linear[i] - along : along);
    for (size_t k = 0; k < width; k += 8) Store(sum + k, Load(sum + k) + factor * Load(y + k));
  }
}

}  // namespace

// Of clang's builds, which are for its checks, none is for a machine of its own: it does not see
// that all of these functions end up in this one.
#ifndef __clang__
[[gnu::target_clones("fma", "default")]]
#endif
void SolveRow(const RowTask& task) {
  const size_t width = task.width;
  float *residual = task.scratch, *scaled = residual + width, *direction = scaled + width,
        *product = direction + width, *x = task.row;
  for (size_t k = 0; k < width; k += 8) {
    Store(residual + k, -(Load(task.diagonal + k) * Load(x + k)));
  }
  AddPairs<true>(task, x, residual);
  for (size_t k = 0; k < width; k += 8) {
    Store(direction + k, Load(residual + k) / Load(task.diagonal + k));
  }
  float length = Dot(residual, direction, width);
  for (int step = 1; length > 1e-20F; ++step) {
    for (size_t k = 0; k < width; k += 8) {
      Store(product + k, Load(task.diagonal + k) * Load(direction + k));
    }
    AddPairs<false>(task, direction, product);
    const float along = length / Dot(direction, product, width);
    for (size_t k = 0; k < width; k += 8) {
      Store(x + k, Load(x + k) + along * Load(direction + k));
      Store(residual + k, Load(residual + k) - along * Load(product + k));
    }
    if (step >= task.steps) break;
    for (size_t k = 0; k < width; k += 8) {
      Store(scaled + k, Load(residual + k) / Load(task.diagonal + k));
    }
    const float before = length;
    length = Dot(residual, scaled, width);
    const float turn = length / before;
    for (size_t k = 0; k < width; k += 8) {
      Store(direction + k, Load(scaled + k) + turn * Load(direction + k));
    }
  }
}

}  // namespace cadenza::recommend

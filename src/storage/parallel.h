#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace cadenza {

/// Calls work(0) … work(count - 1) on up to `threads` threads, which mostly wait for a network.
/// After an error no further call begins; that error is returned.
Status InParallel(size_t count, size_t threads, const std::function<Status(size_t)>& work);

}  // namespace cadenza

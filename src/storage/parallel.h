#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace cadenza {

/// How many threads run at once on this machine; at least 1.
size_t Cores();

/// Calls work(0) … work(count - 1) on up to `threads` threads, this one among them.
/// After an error no further call begins; that error is returned.
Status InParallel(size_t count, size_t threads, const std::function<Status(size_t)>& work);

}  // namespace cadenza

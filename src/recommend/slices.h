#pragma once

#include <cstddef>
#include <functional>

namespace cadenza::recommend {

/// Calls work(begin, end) for slices of 0 … count of a fixed size, on up to `threads` threads, in
/// about their order. What is made of a slice must not depend on the others: then the result does
/// not depend on the threads.
void InSlices(size_t count, size_t slice, size_t threads,
              const std::function<void(size_t begin, size_t end)>& work);

}  // namespace cadenza::recommend

#pragma once

#include <malloc.h>

#include <cstddef>

namespace cadenza {

/// Gives what this program has freed, and malloc keeps for later, back to the system where it is
/// much: between stages of a job that need other memory. A stage of hours else left a gigabyte or
/// not, by what else lay beside it.
inline void ReturnFreedMemory() {
  constexpr size_t kMuch = size_t{256} << 20;
  if (::mallinfo2().fordblks >= kMuch) ::malloc_trim(0);
}

}  // namespace cadenza

#pragma once

#include <chrono>
#include <cstdint>

namespace cadenza::delta {

/// For where a caller gave no time.
inline int64_t SystemNowMs() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace cadenza::delta

#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace cadenza {

/// Tells a bomb from a file that packs well. Logs pack 10 to 60 times smaller, a bomb a thousand
/// times and more.
class ExpansionLimit {
 public:
  static constexpr int64_t kExpansionMax = 500;
  static constexpr int64_t kFreeBytes = int64_t{64} << 20;  ///< small files may pack as they like

  static Status Check(int64_t packed_bytes, int64_t unpacked_bytes, const std::string& name) {
    if (unpacked_bytes <= kFreeBytes || unpacked_bytes / kExpansionMax <= packed_bytes) return {};
    return MakeError(ErrorKind::kInput,
                     "expands to more than {} times its size, taken for a bomb: {}", kExpansionMax,
                     name);
  }
};

}  // namespace cadenza

#include "engine/repetition.h"

#include <bit>
#include <vector>

namespace cadenza::engine {

/// An open-addressing set of the size of the list.
bool HasRepetition(std::span<const uint64_t> values) {
  const size_t slots = std::bit_ceil(values.size() * 2 + 1);
  std::vector<uint64_t> table(slots, 0);
  bool zero_seen = false;
  for (uint64_t value : values) {
    if (value == 0) {
      if (zero_seen) return true;
      zero_seen = true;
      continue;
    }
    size_t slot = value & (slots - 1);
    while (table[slot] != 0) {
      if (table[slot] == value) return true;
      slot = (slot + 1) & (slots - 1);
    }
    table[slot] = value;
  }
  return false;
}

}  // namespace cadenza::engine

#include "learn/dataset.h"

namespace cadenza::learn {

Part PartOf(std::string_view key) {
  // FNV-1a with a final mix, because its low bits alone are not even for short keys.
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : key) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  const uint64_t percent = hash % 100;
  if (percent < 20) return Part::kTest;
  return percent < 36 ? Part::kValidate : Part::kTrain;
}

}  // namespace cadenza::learn

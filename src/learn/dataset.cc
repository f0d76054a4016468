#include "learn/dataset.h"

namespace cadenza::learn {

namespace {

uint64_t HashOf(std::string_view key) {
  // FNV-1a with a final mix, because its low bits alone are not even for short keys.
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : key) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  return hash ^ (hash >> 33);
}

}  // namespace

Part PartOf(std::string_view key) {
  const uint64_t percent = HashOf(key) % 100;
  if (percent < 20) return Part::kTest;
  return percent < 36 ? Part::kValidate : Part::kTrain;
}

int FoldOf(std::string_view key, int folds) {
  return static_cast<int>(HashOf(key) % static_cast<uint64_t>(folds));
}

}  // namespace cadenza::learn

#include "engine/event_key.h"

#include <cstring>

namespace cadenza::engine {
namespace {

using decode::EventColumn;

constexpr int64_t kDayMs = 86'400'000;

/// Mixes 64 bits so that each input bit moves about half of the output (the finaliser of
/// MurmurHash3, by Austin Appleby, public domain).
uint64_t Mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

uint64_t Integer(const decode::EventRow& row, EventColumn column) {
  const int c = static_cast<int>(column);
  // NULL is part of the key and differs from every number in practice.
  return row.present >> c & 1 ? static_cast<uint64_t>(row.integer[c]) : 0x9e3779b97f4a7c15ULL;
}

}  // namespace

int32_t DayOf(int64_t ts_ms) {
  int64_t day = ts_ms / kDayMs;
  if (ts_ms % kDayMs < 0) --day;
  return static_cast<int32_t>(day);
}

uint64_t HashText(std::string_view text, uint64_t seed) {
  uint64_t hash = Mix(seed ^ (text.size() * 0x9e3779b97f4a7c15ULL));
  while (text.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, text.data(), 8);
    hash = Mix(hash ^ word);
    text.remove_prefix(8);
  }
  uint64_t word = 0;
  std::memcpy(&word, text.data(), text.size());
  return Mix(hash ^ word);
}

KeyMark MarkOf(const decode::EventRow& row) {
  const uint64_t ts = Integer(row, EventColumn::kTsMs);
  uint64_t hash = Mix(ts);
  hash = Mix(hash ^ Integer(row, EventColumn::kSessionId));
  hash = Mix(hash ^ Integer(row, EventColumn::kItemInSession));
  constexpr int kUser = static_cast<int>(EventColumn::kUserId);
  constexpr int kPage = static_cast<int>(EventColumn::kPage);
  if (row.present >> kUser & 1) {
    hash = HashText(row.text[kUser], hash);
  } else if (row.present >> kPage & 1) {
    hash = HashText(row.text[kPage], ~hash);
  }
  return {DayOf(static_cast<int64_t>(ts)), hash};
}

}  // namespace cadenza::engine

#include "parquet/dictionary.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "parquet/plain_encoding.h"

namespace cadenza::parquet {
namespace {

constexpr size_t kSlotsMin = 256;
constexpr size_t kGrowth = 4;
/// So many look-ups are under way at once.
constexpr size_t kAtOnce = 32;

uint32_t HashOf(uint64_t bits) {
  // Fibonacci hashing: the high half of the product depends on all bits.
  return static_cast<uint32_t>((bits ^ (bits >> 32)) * 0x9e3779b97f4a7c15ULL >> 32);
}

uint32_t HashOf(std::string_view text) {
  return static_cast<uint32_t>(XXH3_64bits(text.data(), text.size()));
}

}  // namespace

TextDictionary::TextDictionary() : slots_(kSlotsMin) {}

/// The first slot that is free or has the hash.
const TextDictionary::Slot& TextDictionary::Probe(uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].code_and_one != 0 && slots_[at].hash != hash) at = (at + 1) & mask;
  return slots_[at];
}

void TextDictionary::Put(const Slot& slot) {
  const size_t mask = slots_.size() - 1;
  size_t at = slot.hash & mask;
  while (slots_[at].code_and_one != 0) at = (at + 1) & mask;
  slots_[at] = slot;
}

uint32_t TextDictionary::Find(uint32_t hash, std::string_view text) {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask; slots_[at].code_and_one != 0; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && Holds(slots_[at], text)) return slots_[at].code_and_one - 1;
  }
  const auto code = static_cast<uint32_t>(places_.size());
  AppendPlain(&plain_, static_cast<uint32_t>(text.size()));
  places_.push_back({static_cast<uint32_t>(plain_.size()), static_cast<uint32_t>(text.size())});
  plain_.append(text);
  if (places_.size() * 2 > slots_.size()) {
    std::vector<Slot> before(slots_.size() * kGrowth);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.code_and_one != 0) Put(slot);
    }
  }
  Put({hash, code + 1, places_.back()});
  return code;
}

void TextDictionary::Encode(std::span<const std::string_view> texts, uint32_t* codes) {
  std::array<uint32_t, kAtOnce> hashes;
  std::array<Slot, kAtOnce> found;
  for (size_t begin = 0; begin < texts.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, texts.size() - begin);
    const size_t mask = slots_.size() - 1;
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = HashOf(texts[begin + i]);
      __builtin_prefetch(&slots_[hashes[i] & mask]);
    }
    for (size_t i = 0; i < count; ++i) {
      found[i] = Probe(hashes[i]);
      __builtin_prefetch(plain_.data() + found[i].place.offset);
    }
    for (size_t i = 0; i < count; ++i) {
      const std::string_view text = texts[begin + i];
      // What was added meanwhile is not in `found`: the slow way finds it.
      codes[begin + i] = Holds(found[i], text) ? found[i].code_and_one - 1 : Find(hashes[i], text);
    }
  }
}

void TextDictionary::Clear() {
  if (!places_.empty()) std::fill(slots_.begin(), slots_.end(), Slot{});
  plain_.clear();
  places_.clear();
}

NumberDictionary::NumberDictionary() : slots_(kSlotsMin) {}

void NumberDictionary::Put(uint32_t hash, Slot slot) {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].code_and_one != 0) at = (at + 1) & mask;
  slots_[at] = slot;
}

uint32_t NumberDictionary::Find(uint32_t hash, uint64_t bits) {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask; slots_[at].code_and_one != 0; at = (at + 1) & mask) {
    if (slots_[at].bits == bits) return static_cast<uint32_t>(slots_[at].code_and_one - 1);
  }
  values_.push_back(bits);
  if (values_.size() * 2 > slots_.size()) {
    std::vector<Slot> before(slots_.size() * kGrowth);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.code_and_one != 0) Put(HashOf(slot.bits), slot);
    }
  }
  Put(hash, {bits, values_.size()});
  return static_cast<uint32_t>(values_.size() - 1);
}

void NumberDictionary::Encode(std::span<const uint64_t> numbers, uint32_t* codes) {
  std::array<uint32_t, kAtOnce> hashes;
  for (size_t begin = 0; begin < numbers.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, numbers.size() - begin);
    const size_t mask = slots_.size() - 1;
    const uint64_t* const values = &numbers[begin];
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = HashOf(values[i]);
      __builtin_prefetch(&slots_[hashes[i] & mask]);
    }
    for (size_t i = 0; i < count; ++i) {
      // Hours and days are those of the row before.
      const bool is_same = i > 0 && values[i] == values[i - 1];
      codes[begin + i] = is_same ? codes[begin + i - 1] : Find(hashes[i], values[i]);
    }
  }
}

void NumberDictionary::Clear() {
  if (!values_.empty()) std::fill(slots_.begin(), slots_.end(), Slot{});
  values_.clear();
}

}  // namespace cadenza::parquet

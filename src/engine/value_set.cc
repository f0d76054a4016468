#include "engine/value_set.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>

namespace cadenza::engine {
namespace {

constexpr size_t kSlotsMin = 65'536;
/// So many look-ups are under way at once.
constexpr size_t kAtOnce = 32;

size_t SlotsFor(size_t values_max) { return std::max(kSlotsMin, std::bit_ceil(values_max * 2)); }

uint64_t Load(const uint64_t& slot) {
  return std::atomic_ref(const_cast<uint64_t&>(slot)).load(std::memory_order_relaxed);
}

}  // namespace

ValueSet::ValueSet(size_t values_max)
    : slot_count_(SlotsFor(values_max)), shift_(64 - std::countr_zero(slot_count_)) {
  // Mapped, not allocated: the pages are zeros, and come when they are touched.
  void* const memory = ::mmap(nullptr, slot_count_ * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  ::madvise(memory, slot_count_ * sizeof(uint64_t), MADV_HUGEPAGE);
  slots_ = static_cast<uint64_t*>(memory);
}

ValueSet::~ValueSet() {
  if (slots_ != nullptr) ::munmap(slots_, slot_count_ * sizeof(uint64_t));
}

size_t ValueSet::SizeBytes(size_t values_max) { return SlotsFor(values_max) * sizeof(uint64_t); }

uint64_t ValueSet::Stored(int64_t value) { return static_cast<uint64_t>(value) + 1; }

size_t ValueSet::PlaceOf(uint64_t stored) const {
  // Fibonacci hashing.
  return (stored * 0x9e3779b97f4a7c15ULL) >> shift_;
}

bool ValueSet::Holds(uint64_t stored) const {
  if (stored == 0) return has_all_ones_.load();
  for (size_t at = PlaceOf(stored);; at = Next(at)) {
    const uint64_t held = Load(slots_[at]);
    if (held == 0 || held == stored) return held != 0;
  }
}

bool ValueSet::AddOne(uint64_t stored) {
  if (stored == 0) return !has_all_ones_.exchange(true);
  for (size_t at = PlaceOf(stored);; at = Next(at)) {
    uint64_t held = Load(slots_[at]);
    // Another thread may have taken a slot that was free: then `held` is what it put there.
    if (held == 0 && std::atomic_ref(slots_[at])
                         .compare_exchange_strong(held, stored, std::memory_order_relaxed)) {
      return true;
    }
    if (held == stored) return false;
  }
}

bool ValueSet::Add(std::span<const int64_t> values, bool* is_new) {
  if (slots_ == nullptr) return false;
  for (; !values.empty(); values = values.subspan(std::min(kAtOnce, values.size()))) {
    const auto now = values.first(std::min(kAtOnce, values.size()));
    // A search ends at a free slot: some are left for what other threads add at this time. Counted
    // for many at once, because the threads wait for each other's count.
    if (size_.load(std::memory_order_relaxed) > slot_count_ / 4 * 3) return false;
    for (const int64_t value : now) __builtin_prefetch(&slots_[PlaceOf(Stored(value))], 1);
    size_t added = 0;
    for (const int64_t value : now) {
      *is_new = AddOne(Stored(value));
      added += *is_new++ ? 1 : 0;
    }
    size_.fetch_add(added, std::memory_order_relaxed);
  }
  return true;
}

size_t ValueSet::CountMissing(std::span<const int64_t> values) const {
  if (slots_ == nullptr) return values.size();
  size_t missing = 0;
  for (; !values.empty(); values = values.subspan(std::min(kAtOnce, values.size()))) {
    const auto now = values.first(std::min(kAtOnce, values.size()));
    for (const int64_t value : now) __builtin_prefetch(&slots_[PlaceOf(Stored(value))]);
    for (const int64_t value : now) missing += Holds(Stored(value)) ? 0 : 1;
  }
  return missing;
}

}  // namespace cadenza::engine

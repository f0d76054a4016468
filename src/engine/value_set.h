#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cadenza::engine {

/// A set of 64-bit values of a size that is known before, which any number of threads fill and ask
/// without waiting for each other. Open addressing over a power of two of slots, at most half full;
/// what is asked for at once waits for memory together.
class ValueSet {
 public:
  /// For at most so many distinct values. Memory: see SizeBytes, taken as values come.
  explicit ValueSet(size_t values_max);
  ~ValueSet();
  ValueSet(const ValueSet&) = delete;
  ValueSet& operator=(const ValueSet&) = delete;

  static size_t SizeBytes(size_t values_max);
  bool has_memory() const { return slots_ != nullptr; }

  /// Adds them; is_new[i] says whether values[i] was not there before: of all that add one value
  /// it is new to exactly one. False when it has no memory, or they are more than was said.
  /// Thread-safe.
  bool Add(std::span<const int64_t> values, bool* is_new);
  /// How many of the values are not there. Thread-safe, beside Add too.
  size_t CountMissing(std::span<const int64_t> values) const;

 private:
  /// A slot holds its value plus one; 0 is a free slot, so that the value of all ones stands apart.
  static uint64_t Stored(int64_t value);
  size_t PlaceOf(uint64_t stored) const;
  size_t Next(size_t slot) const { return (slot + 1) & (slot_count_ - 1); }
  bool Holds(uint64_t stored) const;
  bool AddOne(uint64_t stored);

  uint64_t* slots_ = nullptr;
  size_t slot_count_ = 0;
  int shift_ = 0;
  std::atomic<size_t> size_{0};
  std::atomic<bool> has_all_ones_{false};
};

}  // namespace cadenza::engine

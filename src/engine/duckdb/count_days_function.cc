#include <duckdb.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <span>

#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/table_function.h"

namespace cadenza::engine {
namespace {

constexpr int32_t kLastDay = 100'000;  ///< since 1970, and as far before: 1696 to 2243

/// A set of days as bits, 64 a word. Lies in memory of the engine, which moves it like bytes.
class DaySet {
 public:
  void Begin() { *this = {}; }
  void Free() {
    if (size_ > kOwnWords) std::free(words_.many);
    size_ = 0;
  }
  /// False: no memory.
  bool Add(int32_t day) {
    const int32_t word = (day + kLastDay) / 64;
    if (!Covers(word) && !Cover(word, word + 1)) return false;
    words()[word - first_] |= uint64_t{1} << ((day + kLastDay) % 64);
    return true;
  }
  bool AddAll(const DaySet& other) {
    if (other.size_ == 0) return true;
    const int32_t end = other.first_ + other.size_;
    if (!(Covers(other.first_) && Covers(end - 1)) && !Cover(other.first_, end)) return false;
    for (int32_t w = 0; w < other.size_; ++w) {
      words()[other.first_ + w - first_] |= other.words()[w];
    }
    return true;
  }
  int64_t Count() const {
    int64_t days = 0;
    for (const uint64_t word : std::span(words(), static_cast<size_t>(size_))) {
      days += std::popcount(word);
    }
    return days;
  }

 private:
  static constexpr int32_t kOwnWords = 2;

  const uint64_t* words() const { return size_ > kOwnWords ? words_.many : words_.own; }
  uint64_t* words() { return size_ > kOwnWords ? words_.many : words_.own; }
  bool Covers(int32_t word) const { return word >= first_ && word < first_ + size_; }

  /// Makes room for the words of [begin, end) too.
  bool Cover(int32_t begin, int32_t end) {
    if (size_ > 0) {
      begin = std::min(begin, first_);
      end = std::max(end, first_ + size_);
    }
    DaySet wider;
    wider.first_ = begin;
    wider.size_ = end - begin;
    if (wider.size_ > kOwnWords) {
      wider.words_.many =
          static_cast<uint64_t*>(std::calloc(static_cast<size_t>(wider.size_), sizeof(uint64_t)));
      if (!wider.words_.many) return false;
    }
    std::copy_n(words(), size_, wider.words() + (size_ > 0 ? first_ - begin : 0));
    Free();
    *this = wider;
    return true;
  }

  int32_t first_ = 0;  ///< word
  int32_t size_ = 0;   ///< words; 0: empty
  union {
    uint64_t own[kOwnWords];
    uint64_t* many;
  } words_ = {};
};

DaySet* SetOf(duckdb_aggregate_state state) { return reinterpret_cast<DaySet*>(state); }

idx_t StateSize(duckdb_function_info) { return sizeof(DaySet); }
void BeginSet(duckdb_function_info, duckdb_aggregate_state state) { SetOf(state)->Begin(); }
void FreeSets(duckdb_aggregate_state* states, idx_t count) {
  for (idx_t i = 0; i < count; ++i) SetOf(states[i])->Free();
}

void AddDays(duckdb_function_info info, duckdb_data_chunk input, duckdb_aggregate_state* states) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
  const auto* days = static_cast<const duckdb_date*>(duckdb_vector_get_data(vector));
  uint64_t* validity = duckdb_vector_get_validity(vector);
  for (idx_t row = 0; row < rows; ++row) {
    if (validity && !duckdb_validity_row_is_valid(validity, row)) continue;
    const int32_t day = days[row].days;
    if (day < -kLastDay || day >= kLastDay) {
      return duckdb_aggregate_function_set_error(info, "count_days takes dates of 1697 to 2243");
    }
    if (!SetOf(states[row])->Add(day)) {
      return duckdb_aggregate_function_set_error(info, "no memory for count_days");
    }
  }
}

void UniteSets(duckdb_function_info info, duckdb_aggregate_state* from, duckdb_aggregate_state* to,
               idx_t count) {
  for (idx_t i = 0; i < count; ++i) {
    if (SetOf(to[i])->AddAll(*SetOf(from[i]))) continue;
    return duckdb_aggregate_function_set_error(info, "no memory for count_days");
  }
}

void CountSets(duckdb_function_info, duckdb_aggregate_state* states, duckdb_vector result,
               idx_t count, idx_t offset) {
  auto* counts = static_cast<int64_t*>(duckdb_vector_get_data(result));
  for (idx_t i = 0; i < count; ++i) counts[offset + i] = SetOf(states[i])->Count();
}

}  // namespace

Status RegisterCountDays(duckdb_connection connection) {
  return RegisterAggregateFunction(connection, {.name = "count_days",
                                                .parameter = DUCKDB_TYPE_DATE,
                                                .result = DUCKDB_TYPE_BIGINT,
                                                .state_size = StateSize,
                                                .init = BeginSet,
                                                .update = AddDays,
                                                .combine = UniteSets,
                                                .finalize = CountSets,
                                                .destroy = FreeSets});
}

}  // namespace cadenza::engine

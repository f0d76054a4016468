#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "arrow/c_data.h"
#include "engine/arrow_rows.h"
#include "query/session.h"

namespace cadenza::serve {

/// The numbers of customers by the engine's hash of their ids: 43 million rows are joined so in a
/// tenth of the time of a join by the ids themselves.
class CustomerNumbers {
 public:
  explicit CustomerNumbers(size_t customers) : slots_(std::bit_ceil(2 * customers + 1)) {}

  /// Gives a customer the next number. False: the hash is there already, and may be of another id.
  bool Add(uint64_t hash) {
    Slot& slot = slots_[PlaceOf(hash)];
    if (slot.number != kNobody) return false;
    slot = {hash, count_++};
    return true;
  }
  uint32_t Find(uint64_t hash) const { return slots_[PlaceOf(hash)].number; }

  /// For each hash of a column: visit(row, number), without those that are nobody's.
  template <class Visit>
  void ForEach(const uint64_t* hashes, int64_t rows, const Visit& visit) const {
    constexpr int64_t kAhead = 16;
    for (int64_t r = 0; r < rows; ++r) {
      if (r + kAhead < rows) __builtin_prefetch(&slots_[hashes[r + kAhead] & (slots_.size() - 1)]);
      const uint32_t number = Find(hashes[r]);
      if (number != kNobody) visit(r, number);
    }
  }

  static constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t number = kNobody;
  };
  /// Of the customer, or the free one where he or she would stand. Half of the slots are free.
  size_t PlaceOf(uint64_t hash) const {
    size_t place = hash & (slots_.size() - 1);
    while (slots_[place].number != kNobody && slots_[place].hash != hash) {
      place = (place + 1) & (slots_.size() - 1);
    }
    return place;
  }

  std::vector<Slot> slots_;
  uint32_t count_ = 0;
};

/// The values of a column of whole numbers of a batch, whose type the query fixed.
template <class T>
const T* Values(const ArrowArray& rows, int64_t column) {
  const ArrowArray& array = *rows.children[column];
  return static_cast<const T*>(array.buffers[1]) + array.offset;
}

/// Binds what a text of SQL names and hands on its rows, as they are.
inline Status ForEachBatch(query::Session* session, const std::string& sql,
                           const std::function<void(const ArrowArray&)>& take) {
  CADENZA_ASSIGN(const std::string bound, session->lake()->Bind(sql));
  return engine::QueryArrow(&session->engine(), bound,
                            {.columns = [](const ArrowSchema&) { return Status(); },
                             .rows =
                                 [&](const ArrowArray& rows) {
                                   take(rows);
                                   return Status();
                                 }});
}

}  // namespace cadenza::serve

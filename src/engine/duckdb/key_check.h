#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/duckdb/connection.h"
#include "engine/duckdb/scan_binding.h"

namespace cadenza::engine {

/// Collects the hashes of a relation's keys from any number of threads, to see whether one stands
/// twice. Grouping by the keys says the same and more, but takes several times as long.
class KeyHashes {
 public:
  static constexpr size_t kParts = 512;  ///< by a hash's high bits; a part's table fits a cache
  using Parts = std::array<std::vector<uint64_t>, kParts>;

  explicit KeyHashes(size_t keys_max) : keys_max_(keys_max) {}

  /// One thread's; owned by the object. Thread-safe.
  Parts* AddThread();
  /// Before so many keys are added. False: they are too many, and none is to be added any more.
  bool TakePlaces(size_t keys);
  /// Of the keys that were to be added, too many or not.
  size_t size() const { return keys_; }
  /// After the last key: whether one stands twice, or they were too many to tell. Uses so many
  /// threads.
  bool MayRepeat(size_t threads) const;

 private:
  bool HasRepetitionInPart(size_t part) const;

  const size_t keys_max_;
  std::atomic<size_t> keys_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Parts>> threads_;
};

/// Registers cadenza_note_key(number of registered key hashes, hash), which returns 1.
Status RegisterNoteKey(duckdb_connection connection, ScanRegistry<KeyHashes>* checks);

}  // namespace cadenza::engine

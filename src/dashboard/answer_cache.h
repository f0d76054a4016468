#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>

#include "base/result.h"

namespace cadenza::dashboard {

/// What a tile shows, as its answer has it: JSON.
struct TileRows {
  std::string columns = "[]", rows = {}, notes = "[]", window = "null";
};

/// The rows of tiles by what they were asked of: each is computed once, also where many ask for it
/// at once, and kept until the memory is used up; then the one that nobody asked for longest goes.
/// Thread-safe.
class AnswerCache {
 public:
  explicit AnswerCache(int64_t bytes_max) : bytes_max_(bytes_max) {}

  /// `compute` runs without a lock. An error is not kept: who waited for it computes anew.
  Result<TileRows> Get(const std::string& key, const std::function<Result<TileRows>()>& compute);

  int64_t bytes() const;

 private:
  struct Entry {
    TileRows rows;
    bool is_ready = false;
    std::list<std::string>::iterator place = {};  ///< in recent_, where it is ready
  };
  static int64_t BytesOf(const std::string& key, const TileRows& rows);
  void Keep(const std::string& key, const TileRows& rows);
  void DropOldest();

  const int64_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
  std::list<std::string> recent_;  ///< keys, the one asked for last in front
  int64_t bytes_ = 0;
};

}  // namespace cadenza::dashboard

#include "dashboard/answer_cache.h"

namespace cadenza::dashboard {

Result<TileRows> AnswerCache::Get(const std::string& key,
                                  const std::function<Result<TileRows>()>& compute) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      const auto found = entries_.find(key);
      return found == entries_.end() || found->second.is_ready;
    });
    if (const auto found = entries_.find(key); found != entries_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second.place);
      return found->second.rows;
    }
    entries_.emplace(key, Entry());
  }
  Result<TileRows> rows = compute();
  {
    const std::lock_guard lock(mutex_);
    if (rows.ok()) {
      Keep(key, *rows);
    } else {
      entries_.erase(key);
    }
  }
  changed_.notify_all();
  return rows;
}

int64_t AnswerCache::BytesOf(const std::string& key, const TileRows& rows) {
  return static_cast<int64_t>(2 * key.size() + rows.columns.size() + rows.rows.size() +
                              rows.notes.size() + rows.window.size());
}

void AnswerCache::Keep(const std::string& key, const TileRows& rows) {
  recent_.push_front(key);
  entries_[key] = {rows, true, recent_.begin()};
  bytes_ += BytesOf(key, rows);
  while (bytes_ > bytes_max_) DropOldest();
}

void AnswerCache::DropOldest() {
  const auto found = entries_.find(recent_.back());
  bytes_ -= BytesOf(found->first, found->second.rows);
  entries_.erase(found);
  recent_.pop_back();
}

int64_t AnswerCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace cadenza::dashboard

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/scan.h"

namespace cadenza::engine {

/// A piece of a file that one thread decodes.
struct ScanTask {
  size_t file;
  int64_t begin, end;  ///< of a plain file; a compressed one is a task as a whole
};

/// Hands out the tasks. A thread stays with its file for as long as there is work in it, because
/// neighbouring lines have texts and days in common, and helps with other threads' files at last.
/// Thread-safe.
class ScanTaskQueue {
 public:
  explicit ScanTaskQueue(const EventScan& scan);

  static constexpr size_t kNoFile = SIZE_MAX;
  /// `file` is the one that the thread was at, or kNoFile.
  std::optional<ScanTask> Next(size_t file) {
    const std::scoped_lock lock(mutex_);
    if (file != kNoFile && next_[file] < ends_[file]) return tasks_[next_[file]++];
    while (unopened_ < next_.size()) {
      const size_t opened = unopened_++;
      if (next_[opened] < ends_[opened]) return tasks_[next_[opened]++];
    }
    size_t most = 0;
    for (size_t f = 0; f < next_.size(); ++f) {
      if (ends_[f] - next_[f] > ends_[most] - next_[most]) most = f;
    }
    if (next_.empty() || next_[most] == ends_[most]) return std::nullopt;
    return tasks_[next_[most]++];
  }
  size_t size() const { return tasks_.size(); }

 private:
  std::mutex mutex_;
  std::vector<ScanTask> tasks_;  ///< by file
  std::vector<size_t> next_;     ///< by file: its next task
  std::vector<size_t> ends_;     ///< by file: the task behind its last
  size_t unopened_ = 0;          ///< the first file that no thread has begun
};

}  // namespace cadenza::engine

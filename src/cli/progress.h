#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace cadenza::cli {

/// A line on the terminal that says how far a job is, with rate and time left. Writes to standard
/// error, at most ten times a second, and only where that is a terminal. Thread-safe.
class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress();
  void Stage(const std::string& name);
  void Bytes(int64_t done, int64_t all);
  /// 0 to 1, and what else is known.
  void Share(double share, const std::string& detail);
  /// Takes the line away, because other lines come.
  void Clear();

 private:
  void Show(const std::string& text);

  bool shown_;
  std::mutex mutex_;
  std::string stage_;
  Stopwatch stage_watch_;
  double last_shown_ = -1;
};

}  // namespace cadenza::cli

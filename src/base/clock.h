#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

namespace cadenza {

/// The wall clock, epoch milliseconds.
inline int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// An instant in UTC, by strftime's format; at most 63 characters.
inline std::string UtcText(int64_t epoch_ms, const char* format) {
  const auto seconds = static_cast<time_t>(epoch_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const size_t length = std::strftime(text, sizeof text, format, &parts);
  return {text, length};
}

/// An instant as SQL reads it: 2025-07-12 00:00:02.630+00.
inline std::string UtcTimestamp(int64_t epoch_ms) {
  return UtcText(epoch_ms, "%Y-%m-%d %H:%M:%S") + "." +
         std::to_string(1000 + epoch_ms % 1000).substr(1) + "+00";
}

/// Seconds since the object was made, by the steady clock.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace cadenza

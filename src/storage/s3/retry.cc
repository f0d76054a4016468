#include "storage/s3/retry.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace cadenza::s3 {

int64_t RetryPolicy::PauseMs(int attempt, double share) const {
  const int doublings = std::clamp(attempt - 1, 0, 20);
  const int64_t most = std::min(first_ms << doublings, pause_ms_max);
  return static_cast<int64_t>(static_cast<double>(most) * share);
}

double Jitter() {
  thread_local std::mt19937 dice{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(dice);
}

bool Pause(int64_t ms, const std::function<bool()>& interrupted) {
  constexpr int64_t kPieceMs = 50;
  while (true) {
    if (interrupted && interrupted()) return false;
    if (ms <= 0) return true;
    const int64_t piece = std::min(ms, kPieceMs);
    std::this_thread::sleep_for(std::chrono::milliseconds(piece));
    ms -= piece;
  }
}

}  // namespace cadenza::s3

#pragma once

#include <cstdint>
#include <functional>

namespace cadenza::s3 {

/// Exponential back-off with full jitter: the pause before attempt n+1 is a random share of
/// first_ms * 2^(n-1), at most pause_ms_max.
struct RetryPolicy {
  int attempts = 10;
  /// Where nobody listens or the name is unknown: most likely a wrong --endpoint.
  int attempts_unreached = 4;
  int64_t first_ms = 100;
  int64_t pause_ms_max = 10'000;

  /// `share` is random, in [0, 1).
  int64_t PauseMs(int attempt, double share) const;
};

/// Random, in [0, 1).
double Jitter();

/// Sleeps in short pieces; false as soon as `interrupted` says so (it may be empty).
bool Pause(int64_t ms, const std::function<bool()>& interrupted);

}  // namespace cadenza::s3

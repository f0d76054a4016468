#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

namespace cadenza::spark {

/// How long to go on after the network or the server failed. Waits double from `wait_seconds` to
/// `wait_seconds_max`.
struct RetryPolicy {
  double contact_seconds = 8;  ///< for the first answer of all: a wrong host is noticed soon
  double total_seconds = 120;  ///< without any answer, later
  double idle_seconds = 150;   ///< a stream that is silent for so long is taken as cut
  double wait_seconds = 0.05;
  double wait_seconds_max = 5;

  /// Before the attempt of this number, from 1.
  double WaitBefore(int attempt) const {
    return std::min(wait_seconds_max, wait_seconds * std::exp2(std::min(attempt - 1, 30)));
  }
};

}  // namespace cadenza::spark

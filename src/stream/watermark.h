#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace cadenza::stream {

/// Up to which event time a stream takes its input for complete: the greatest time seen, less a
/// delay. It never goes back. A time in the future of the machine's clock does not move it beyond
/// that clock, because one wrong date would make all that follows late.
struct Watermark {
  static constexpr int64_t kNone = -4'000'000'000'000'000'000;

  int64_t us = kNone;                   ///< windows that end here or before are final
  std::optional<int64_t> max_event_us;  ///< that the watermark follows

  Watermark After(std::optional<int64_t> seen_us, int64_t delay_us, int64_t now_us) const {
    Watermark next = *this;
    if (!seen_us) return next;
    const int64_t trusted_us = std::min(*seen_us, std::max(now_us, max_event_us.value_or(now_us)));
    next.max_event_us = std::max(trusted_us, max_event_us.value_or(trusted_us));
    next.us = std::max(us, *next.max_event_us - delay_us);
    return next;
  }
};

}  // namespace cadenza::stream

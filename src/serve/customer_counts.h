#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "serve/day.h"

namespace cadenza::serve {

/// Which customers of a window are counted; empty: all.
struct CustomerFilter {
  std::vector<std::string> countries = {};
  std::vector<std::string> plans = {};                    ///< paid, free
  std::vector<std::string> platforms = {}, devices = {};  ///< of the sessions that count

  bool asks_for_sessions() const { return !platforms.empty() || !devices.empty(); }
};

struct DayCount {
  Day day = 0;
  int64_t sessions = 0, listeners = 0;
};

enum class Dimension { kCountry, kPlatform, kDevice };

/// Active customers of a window by what they have in common. One of several platforms or devices
/// counts in each: nothing but sessions adds up there. Engaged and paid are of the customer, over
/// all segments.
struct SegmentCount {
  std::string segment;
  int64_t listeners = 0, sessions = 0, engaged = 0, paid = 0;
};

}  // namespace cadenza::serve

#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace cadenza {

/// Epoch milliseconds of "2026-11-21T13:05:00.123Z", which is UTC; further digits of a second are
/// cut, and none is 0. Nothing for other texts; what follows the seconds is not looked at.
inline std::optional<int64_t> ParseUtcMs(const std::string& text) {
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  int64_t ms = 0;
  if (*rest == '.') {
    int64_t scale = 100;
    for (++rest; *rest >= '0' && *rest <= '9' && scale > 0; ++rest, scale /= 10) {
      ms += (*rest - '0') * scale;
    }
  }
  return int64_t{timegm(&parts)} * 1000 + ms;
}

}  // namespace cadenza

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "decode/event_decoder.h"

namespace cadenza::decode {

std::string_view TimeUnitName(TimeUnit unit);  // "seconds", "milliseconds", ...

/// An epoch in `unit` as milliseconds, rounded down; nullopt if that overflows.
std::optional<int64_t> ToMilliseconds(int64_t epoch, TimeUnit unit);

/// Seconds since 1970, between which a time is plausible: 1990 to 2100.
inline constexpr int64_t kFirstSecond = 631'152'000;
inline constexpr int64_t kEndSecond = 4'102'444'800;

/// 1990-01-01 <= time < 2100-01-01, UTC.
bool IsPlausibleTime(int64_t milliseconds);

}  // namespace cadenza::decode

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "decode/event_decoder.h"

namespace cadenza::decode {

std::string_view TimeUnitName(TimeUnit unit);  // "seconds", "milliseconds", ...

/// An epoch in `unit` as milliseconds, rounded down; nullopt if that overflows.
std::optional<int64_t> ToMilliseconds(int64_t epoch, TimeUnit unit);

/// 1990-01-01 <= time < 2100-01-01, UTC.
bool IsPlausibleTime(int64_t milliseconds);

}  // namespace cadenza::decode

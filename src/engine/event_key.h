#pragma once

#include <cstdint>

#include "decode/event_decoder.h"
#include "engine/scan.h"

namespace cadenza::engine {

/// Days since 1970-01-01 UTC, floored.
int32_t DayOf(int64_t ts_ms);

/// The hash of a good row's natural key: (ts_ms, user_id, session_id, item_in_session), and page
/// where there is no user_id. The row must have been decoded with all these columns.
KeyMark MarkOf(const decode::EventRow& row);

/// 64-bit hash of a text, for keys of catalogue records.
uint64_t HashText(std::string_view text, uint64_t seed = 0);

}  // namespace cadenza::engine

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recommend/play_matrix.h"

namespace cadenza::recommend {

/// What a listener did with a track on a day.
struct DayPlays {
  int32_t track = 0;
  int16_t day = 0;  ///< since the history's first
  uint16_t plays = 0;
  uint16_t skips = 0;
  uint16_t is_disliked = 0;  ///< thumbs down
};
static_assert(sizeof(DayPlays) == 12);

/// Days from `begin` on, before `end`.
struct DaySpan {
  int begin = 0, end = 0;
  int days() const { return end - begin; }
  bool Has(int day) const { return day >= begin && day < end; }
};

/// All plays of all listeners by day: 12 bytes for each listener, track and day. Listeners are in
/// the order of their ids, and the days of a listener in the order of track and day.
struct History {
  int32_t tracks = 0;
  int days = 1;  ///< 1 where there are no times
  std::vector<std::string> listener_ids;
  std::vector<int64_t> begins = {0};
  std::vector<DayPlays> entries;

  size_t listeners() const { return begins.size() - 1; }
  std::span<const DayPlays> Of(size_t listener) const {
    const auto begin = static_cast<size_t>(begins[listener]);
    return std::span(entries).subspan(begin, static_cast<size_t>(begins[listener + 1]) - begin);
  }
  DaySpan All() const { return {0, days}; }
};

/// Pairs with the weight log2(1 + plays that were not skipped); a pair whose plays were all
/// skipped, or that got a thumb down, is none. Rows are the listeners.
PlayMatrix LikedPairs(const History& history, DaySpan span);
/// All pairs that were played or disliked, skips included: what is not recommended as new.
PlayMatrix HeardPairs(const History& history, DaySpan span);
/// Pairs with a thumb down on any day before the end: never again.
PlayMatrix DislikedPairs(const History& history, int end);

/// Plays of each track.
std::vector<int64_t> PlaysOf(const History& history, DaySpan span);
/// Listeners of each track.
std::vector<int32_t> ListenersOf(const PlayMatrix& pairs);

}  // namespace cadenza::recommend

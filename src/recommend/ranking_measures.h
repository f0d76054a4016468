#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recommend/top_tracks.h"

namespace cadenza::recommend {

/// How good one list is, for one listener who turned out to play some tracks.
struct ListMeasures {
  double recall_20 = 0;  ///< of those tracks in the first 20, over at most 20
  double recall_50 = 0;
  double ndcg_100 = 0;
  double map_100 = 0;  ///< mean precision at the tracks found, over at most 100
};
inline constexpr size_t kListLength = 100;

/// `relevant` in rising order, not empty.
ListMeasures MeasureList(std::span<const Ranked> list, std::span<const int32_t> relevant);
/// Tracks found among the first k, over min(k, relevant).
double RecallAt(size_t k, std::span<const Ranked> list, std::span<const int32_t> relevant);

/// A mean with its 95 % interval, by the deviation over the listeners.
struct Interval {
  double mean = 0, lower = 0, upper = 0;
  int64_t listeners = 0;
};
Interval IntervalOf(std::span<const double> values);
/// Of the differences, listener by listener.
Interval PairedInterval(std::span<const double> values, std::span<const double> others);

}  // namespace cadenza::recommend

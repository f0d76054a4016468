#include "recommend/history.h"

#include <cmath>

namespace cadenza::recommend {
namespace {

/// The days of one listener and one track within the span, added up.
struct PairSum {
  int64_t plays = 0, skips = 0;
  bool is_disliked = false;
};

template <class Weight>
PlayMatrix PairsOf(const History& history, DaySpan span, const Weight& weight) {
  PlayMatrix matrix;
  matrix.columns = history.tracks;
  for (size_t listener = 0; listener < history.listeners(); ++listener) {
    const auto days = history.Of(listener);
    for (size_t i = 0; i < days.size();) {
      const int32_t track = days[i].track;
      PairSum sum;
      for (; i < days.size() && days[i].track == track; ++i) {
        if (!span.Has(days[i].day)) continue;
        sum.plays += days[i].plays;
        sum.skips += days[i].skips;
        sum.is_disliked |= days[i].is_disliked != 0;
      }
      const float value = weight(sum);
      if (value > 0) matrix.Add(track, value);
    }
    matrix.EndRow();
  }
  return matrix;
}

}  // namespace

PlayMatrix LikedPairs(const History& history, DaySpan span) {
  return PairsOf(history, span, [](const PairSum& sum) {
    if (sum.is_disliked || sum.plays <= sum.skips) return 0.0F;
    return static_cast<float>(std::log2(1.0 + static_cast<double>(sum.plays - sum.skips)));
  });
}

PlayMatrix HeardPairs(const History& history, DaySpan span) {
  return PairsOf(history, span,
                 [](const PairSum& sum) { return sum.plays > 0 || sum.is_disliked ? 1.0F : 0.0F; });
}

PlayMatrix DislikedPairs(const History& history, int end) {
  return PairsOf(history, {0, end},
                 [](const PairSum& sum) { return sum.is_disliked ? 1.0F : 0.0F; });
}

std::vector<int64_t> PlaysOf(const History& history, DaySpan span) {
  std::vector<int64_t> plays(static_cast<size_t>(history.tracks));
  for (const DayPlays& entry : history.entries) {
    if (span.Has(entry.day)) plays[static_cast<size_t>(entry.track)] += entry.plays;
  }
  return plays;
}

std::vector<int32_t> ListenersOf(const PlayMatrix& pairs) {
  std::vector<int32_t> listeners(static_cast<size_t>(pairs.columns));
  for (const int32_t place : pairs.places) ++listeners[static_cast<size_t>(place)];
  return listeners;
}

}  // namespace cadenza::recommend

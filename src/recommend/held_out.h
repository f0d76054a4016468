#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "recommend/history.h"
#include "recommend/ranking_measures.h"
#include "recommend/taste_model.h"

namespace cadenza::recommend {

/// Listeners whose further plays are known, and kept from the models: row by row what is known of
/// each, what no list has, and what it turned out to play.
struct HeldOut {
  PlayMatrix known;                   ///< with weights
  PlayMatrix excluded;                ///< heard before, or disliked
  PlayMatrix relevant;                ///< none of it excluded
  std::vector<int32_t> listeners_of;  ///< who they are, by their number

  size_t listeners() const { return known.rows(); }
};

/// Plays after a moment: of listeners who have something in `test`. kUnheard: tracks that they had
/// not heard before; kAll: whatever they play.
enum class Task { kUnheard, kAll, kNewReleases };
const char* TaskName(Task task);
HeldOut SplitByTime(const History& history, DaySpan known, DaySpan test, Task task);

/// Without times: of the listeners with at least 5 pairs whose part is asked for, a fifth of the
/// pairs is held out, by the seed.
HeldOut SplitPairs(const PlayMatrix& liked, std::span<const int32_t> listeners, uint64_t seed);

/// Only some of the listeners, spread evenly, where there are more than so many.
HeldOut Sampled(const HeldOut& held_out, size_t listeners_max);

/// The measures of each listener's list.
struct Measured {
  std::vector<double> recall_20, recall_50, ndcg_100, map_100;
  std::vector<std::vector<Ranked>> lists;  ///< the first 100 each
};
/// Lists by the model; `change` may change a listener's scores before they are ranked.
Measured MeasureTaste(const TasteModel& model, const HeldOut& held_out, size_t threads,
                      const std::function<void(ScoredListener&)>& change = {});
/// The same scores for all.
Measured MeasureScores(std::span<const float> scores, const HeldOut& held_out, size_t threads);

/// The best of a listener's scores that are not excluded; `scores` are changed.
std::vector<Ranked> ListOf(std::span<float> scores, std::span<const int32_t> excluded, size_t k);

}  // namespace cadenza::recommend

#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "recommend/factor_model.h"
#include "recommend/fold_in.h"
#include "recommend/history.h"
#include "recommend/play_matrix.h"

namespace cadenza::recommend {

struct TasteSettings {
  FactorSettings factors;
  /// How much low-pass co-listening counts beside the factors, in deviations; 0: not at all.
  double blend = 0.25;
  size_t neighbours = 300;  ///< tracks that are kept beside each for that
  bool follows_trend = true;
};

/// What is learned of the tracks. A listener's scores follow from it and what the listener played:
///   (factors / their deviation + blend * low pass / its deviation), times the track's trend
/// A score below 0 is divided by the trend instead, so that more trend is never less score.
struct TasteModel {
  TasteSettings settings;
  FactorRows tracks;
  PlayMatrix near;           ///< between tracks; without rows where it is not used
  std::vector<float> trend;  ///< a factor each; empty: all are 1
};

/// Root of (plays of the last 7 days + 30) / (plays of a usual 7 days + 30).
std::vector<float> TrendOf(const History& history, DaySpan span);

/// Learns from what lies in the span; `start`: vectors of an earlier model, for tracks that have
/// the same numbers. kInterrupted when keep_going says no.
Result<TasteModel> LearnTaste(const PlayMatrix& liked, std::vector<float> trend,
                              const TasteSettings& settings, size_t threads,
                              const FactorRows* start = nullptr,
                              const std::function<bool()>& keep_going = {});

/// More than nothing times a factor.
inline float Raised(float score, float factor) {
  return score > 0 ? score * factor : score / factor;
}

/// One listener as the model sees it, with the scores of all tracks.
struct ScoredListener {
  size_t row = 0;
  FoldIn::Listener folded;
  double factor_deviation = 1, blend_deviation = 1;
  std::span<float> scores;  ///< before any filter; the receiver may change them
};

/// Scores every row of `plays` (those of the listeners as they are now). `take` is called from
/// several threads, once a row.
void ScoreListeners(const TasteModel& model, const FoldIn& fold_in, const PlayMatrix& plays,
                    size_t threads, const std::function<void(ScoredListener&)>& take);

/// The place with the largest part, the first of equal ones; there is one at least.
int32_t MostOf(std::span<const double> parts, std::span<const int32_t> places);

/// What each of the listener's pairs adds to the score of a track, in their order: they add up to
/// the score, up to rounding.
std::vector<double> ScoreParts(const TasteModel& model, const ScoredListener& listener,
                               const PlayMatrix& plays, size_t track);

}  // namespace cadenza::recommend

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/history.h"
#include "recommend/track_facts.h"

namespace cadenza::recommend {

/// What the models of gold say of plays, in memory.
struct Listening {
  History history;
  TrackFacts facts;
  std::vector<int32_t> first_played;  ///< of each track, in days of the history
  int first_day = 0;                  ///< of the history, since 1970
};

/// How much memory learning from the plays takes, in bytes, by counts.
struct LearningSize {
  int64_t day_rows = 0, pairs = 0, listeners = 0, tracks = 0;
  int64_t BytesNeeded(int threads) const;
};
/// From track_days, listener_tracks and tracks, which are bound.
Result<LearningSize> MeasureListening(engine::Engine* engine);

/// Reads track_days, track_facts, listener_numbers, track_numbers and listener_homes, which are
/// bound. kInput when the plays span more days than a history counts.
Result<Listening> ReadListening(engine::Engine* engine);

}  // namespace cadenza::recommend

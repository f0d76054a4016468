#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "churn/snapshots.h"

namespace cadenza::churn {

/// Models of one horizon, to compare the hazards with.
enum class Rival { kBoosting, kForest, kLogistic, kEventsSoFar };
inline constexpr Rival kRivals[] = {Rival::kBoosting, Rival::kForest, Rival::kLogistic,
                                    Rival::kEventsSoFar};
const char* RivalName(Rival rival);

struct RivalOptions {
  int seed = 1;
  std::function<bool()> is_stopped = {};
};

/// Learns from rows with labels and tells the probabilities of other rows. kInput when the labels
/// are all the same.
Result<std::vector<double>> PredictBy(Rival rival, const Snapshots& data,
                                      std::span<const size_t> train,
                                      std::span<const uint8_t> labels, std::span<const size_t> test,
                                      const RivalOptions& options);

}  // namespace cadenza::churn

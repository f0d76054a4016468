#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recommend/track_facts.h"

namespace cadenza::recommend {

/// How strongly lists lean towards what is little known.
struct Dial {
  double listeners_exponent = 0;  ///< scores are divided by (listeners of the track) to this
  double far = 0;  ///< tracks from far away gain this, times the listener's own share of such

  bool is_on() const { return listeners_exponent > 0 || far > 0; }
  bool operator==(const Dial&) const = default;
};

/// A dial as it turns scores. Refers to the facts. Thread-safe.
class Discovery {
 public:
  Discovery(Dial dial, const TrackFacts& facts, std::span<const int32_t> listeners_of);

  /// The factor of each track for a listener who lives at `home` and plays `known`.
  /// Empty: all are 1.
  std::vector<float> Factors(int32_t home, std::span<const int32_t> known) const;
  /// Scores by these factors.
  static void Turn(std::span<const float> factors, std::span<float> scores);

 private:
  Dial dial_;
  const TrackFacts& facts_;
  std::vector<float> rarity_;
};

}  // namespace cadenza::recommend

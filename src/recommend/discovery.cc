#include "recommend/discovery.h"

#include <algorithm>
#include <cmath>

#include "recommend/taste_model.h"

namespace cadenza::recommend {

Discovery::Discovery(Dial dial, const TrackFacts& facts, std::span<const int32_t> listeners_of)
    : dial_(dial), facts_(facts) {
  if (dial_.listeners_exponent <= 0) return;
  for (const int32_t listeners : listeners_of) {
    rarity_.push_back(
        static_cast<float>(std::pow(std::max(listeners, 1), -dial_.listeners_exponent)));
  }
}

std::vector<float> Discovery::Factors(int32_t home, std::span<const int32_t> known) const {
  std::vector<float> factors = rarity_;
  if (dial_.far <= 0 || home < 0) return factors;
  const std::vector<bool> is_far = FarPlaces(facts_, home);
  int64_t far = 0, placed = 0;
  for (const int32_t track : known) {
    const int32_t place = facts_.place_of[static_cast<size_t>(track)];
    if (place < 0) continue;
    ++placed;
    far += is_far[static_cast<size_t>(place)] ? 1 : 0;
  }
  if (far == 0) return factors;
  factors.resize(facts_.tracks(), 1);
  const auto gain =
      static_cast<float>(1 + dial_.far * static_cast<double>(far) / static_cast<double>(placed));
  for (size_t track = 0; track < factors.size(); ++track) {
    const int32_t place = facts_.place_of[track];
    if (place >= 0 && is_far[static_cast<size_t>(place)]) factors[track] *= gain;
  }
  return factors;
}

void Discovery::Turn(std::span<const float> factors, std::span<float> scores) {
  for (size_t track = 0; track < factors.size(); ++track) {
    scores[track] = Raised(scores[track], factors[track]);
  }
}

}  // namespace cadenza::recommend

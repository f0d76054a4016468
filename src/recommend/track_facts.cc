#include "recommend/track_facts.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cadenza::recommend {

double DistanceKm(Place a, Place b) {
  constexpr double kEarthKm = 6371;
  const auto radians = [](float degrees) {
    return static_cast<double>(degrees) * std::numbers::pi / 180;
  };
  const double north = std::sin((radians(b.latitude) - radians(a.latitude)) / 2);
  const double east = std::sin((radians(b.longitude) - radians(a.longitude)) / 2);
  const double part =
      north * north + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * east * east;
  return 2 * kEarthKm * std::asin(std::min(std::sqrt(part), 1.0));
}

std::vector<bool> FarPlaces(const TrackFacts& facts, int32_t home) {
  std::vector<bool> far(facts.places.size());
  if (home < 0) return far;
  const Place from = facts.places[static_cast<size_t>(home)];
  for (size_t p = 0; p < far.size(); ++p) {
    far[p] = facts.places[p].is_known() && DistanceKm(from, facts.places[p]) >= kFarKm;
  }
  return far;
}

}  // namespace cadenza::recommend

#include "recommend/track_facts.h"

#include "base/great_circle.h"

namespace cadenza::recommend {

double DistanceKm(Place a, Place b) {
  return GreatCircleKm(static_cast<double>(a.latitude), static_cast<double>(a.longitude),
                       static_cast<double>(b.latitude), static_cast<double>(b.longitude));
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

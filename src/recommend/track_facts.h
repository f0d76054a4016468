#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recommend/play_matrix.h"

namespace cadenza::recommend {

/// A point on Earth, in degrees; NaN: not known.
struct Place {
  float latitude = std::numeric_limits<float>::quiet_NaN();
  float longitude = std::numeric_limits<float>::quiet_NaN();

  bool is_known() const { return latitude == latitude && longitude == longitude; }
  bool operator==(const Place&) const = default;
};

/// Along the great circle; neither may be unknown.
double DistanceKm(Place a, Place b);

/// From how far on music comes from far away.
inline constexpr double kFarKm = 3000;

/// What is known of tracks and listeners besides plays.
struct TrackFacts {
  std::vector<int32_t> artist_of;  ///< of each track; -1: no artist is named
  std::vector<int32_t> place_of;   ///< of each track, in `places`; -1: not known
  std::vector<int32_t> year_of;    ///< 0: not known
  std::vector<bool> in_catalogue;  ///< has a song
  std::vector<Place> places;
  std::vector<int32_t> homes;  ///< of each listener, in `places`; -1: not known

  size_t tracks() const { return artist_of.size(); }
};

/// Which of the places are far from a home; none where the home is not known.
std::vector<bool> FarPlaces(const TrackFacts& facts, int32_t home);

}  // namespace cadenza::recommend

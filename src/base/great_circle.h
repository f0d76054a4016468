#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cadenza {

/// Kilometres along the great circle between two points on Earth, in degrees.
inline double GreatCircleKm(double from_latitude, double from_longitude, double to_latitude,
                            double to_longitude) {
  constexpr double kEarthKm = 6371;
  const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
  const double north = std::sin((radians(to_latitude) - radians(from_latitude)) / 2);
  const double east = std::sin((radians(to_longitude) - radians(from_longitude)) / 2);
  const double part = north * north + std::cos(radians(from_latitude)) *
                                          std::cos(radians(to_latitude)) * east * east;
  return 2 * kEarthKm * std::asin(std::min(std::sqrt(part), 1.0));
}

}  // namespace cadenza

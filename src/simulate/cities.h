#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace cadenza::simulate {

/// Where music is made and heard in a world of scenes.
struct City {
  std::string_view name;  ///< with the country, as catalogues write it
  double latitude, longitude;
};
std::span<const City> Cities();

/// Nearness of two cities by their numbers.
double NearnessOf(size_t city, size_t other);

}  // namespace cadenza::simulate

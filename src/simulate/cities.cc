#include "simulate/cities.h"

#include <array>
#include <vector>

#include "base/great_circle.h"
#include "simulate/laws.h"

namespace cadenza::simulate {
namespace {

constexpr City kCities[] = {
    {"Accra, Ghana", 5.6037, -0.187},           {"Addis Ababa, Ethiopia", 9.0054, 38.7636},
    {"Athens, Greece", 37.9838, 23.7275},       {"Auckland, New Zealand", -36.8485, 174.7633},
    {"Austin, TX", 30.2672, -97.7431},          {"Bamako, Mali", 12.6392, -8.0029},
    {"Bangkok, Thailand", 13.7563, 100.5018},   {"Berlin, Germany", 52.52, 13.405},
    {"Bogotá, Colombia", 4.711, -74.0721},      {"Buenos Aires, Argentina", -34.6037, -58.3816},
    {"Cairo, Egypt", 30.0444, 31.2357},         {"Chicago, IL", 41.8781, -87.6298},
    {"Dakar, Senegal", 14.7167, -17.4677},      {"Detroit, MI", 42.3314, -83.0458},
    {"Dublin, Ireland", 53.3498, -6.2603},      {"Havana, Cuba", 23.1136, -82.3666},
    {"Helsinki, Finland", 60.1699, 24.9384},    {"Istanbul, Turkey", 41.0082, 28.9784},
    {"Jakarta, Indonesia", -6.2088, 106.8456},  {"Johannesburg, South Africa", -26.2041, 28.0473},
    {"Kingston, Jamaica", 17.9714, -76.7931},   {"Kinshasa, DR Congo", -4.4419, 15.2663},
    {"Lagos, Nigeria", 6.5244, 3.3792},         {"Lisbon, Portugal", 38.7223, -9.1393},
    {"London, England", 51.5074, -0.1278},      {"Los Angeles, CA", 34.0522, -118.2437},
    {"Manchester, England", 53.4808, -2.2426},  {"Melbourne, Australia", -37.8136, 144.9631},
    {"Mexico City, Mexico", 19.4326, -99.1332}, {"Montréal, Canada", 45.5019, -73.5674},
    {"Mumbai, India", 19.076, 72.8777},         {"Nashville, TN", 36.1627, -86.7816},
    {"New Orleans, LA", 29.9511, -90.0715},     {"New York, NY", 40.7128, -74.006},
    {"Oslo, Norway", 59.9139, 10.7522},         {"Paris, France", 48.8566, 2.3522},
    {"Reykjavík, Iceland", 64.1466, -21.9426},  {"Rio de Janeiro, Brazil", -22.9068, -43.1729},
    {"Salvador, Brazil", -12.9777, -38.5016},   {"Seattle, WA", 47.6062, -122.3321},
    {"Seoul, South Korea", 37.5665, 126.978},   {"Stockholm, Sweden", 59.3293, 18.0686},
    {"Tokyo, Japan", 35.6762, 139.6503},        {"Vienna, Austria", 48.2082, 16.3738},
};
constexpr size_t kCount = std::size(kCities);

std::vector<double> NearnessOfAll() {
  std::vector<double> nearness;
  for (const City& from : kCities) {
    for (const City& to : kCities) {
      nearness.push_back(
          Nearness(GreatCircleKm(from.latitude, from.longitude, to.latitude, to.longitude)));
    }
  }
  return nearness;
}

}  // namespace

std::span<const City> Cities() { return kCities; }

double NearnessOf(size_t city, size_t other) {
  static const std::vector<double> nearness = NearnessOfAll();
  return nearness[city * kCount + other];
}

}  // namespace cadenza::simulate

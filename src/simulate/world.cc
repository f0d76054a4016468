#include "simulate/world.h"

#include <cmath>

#include "simulate/cities.h"
#include "simulate/vocabulary.h"

namespace cadenza::simulate {
namespace {

CatalogueOptions SongsOf(const WorldOptions& options) {
  CatalogueOptions songs;
  songs.seed = options.seed;
  songs.listed = options.songs;
  songs.unlisted = options.unlisted_songs;
  songs.listed_share = options.listed_share;
  songs.start_ms = options.start_ms;
  songs.end_ms = options.end_ms();
  songs.has_scenes = options.has_scenes;
  return songs;
}

std::vector<std::string_view> PlacesOf(const WorldOptions& options) {
  if (!options.has_scenes) return {Places().begin(), Places().end()};
  std::vector<std::string_view> places;
  for (const City& city : Cities()) places.push_back(city.name);
  return places;
}

double NewADay(const WorldOptions& options) { return options.listeners * options.growth / 30; }

}  // namespace

World::World(const WorldOptions& chosen)
    : options(chosen),
      profile(*FindProfile(chosen.profile)),
      chain(profile),
      rhythm(profile, chosen.incidents),
      catalogue(profile, SongsOf(chosen)),
      fading_a_day(std::log(2.0) / profile.discontent_half_life_days),
      places(PlacesOf(chosen)) {
  options.feedback_pages = options.feedback_pages || profile.feedback_pages;
}

uint32_t World::listeners() const {
  return static_cast<uint32_t>(options.listeners) +
         static_cast<uint32_t>(NewADay(options) * options.days);
}

int64_t World::RegisteredMs(uint32_t listener) const {
  const double number = static_cast<double>(listener) - options.listeners;
  return options.start_ms + static_cast<int64_t>((number + 0.5) / NewADay(options) * kDayMs);
}

}  // namespace cadenza::simulate

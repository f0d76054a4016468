#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/catalogue.h"
#include "simulate/chain.h"
#include "simulate/profile.h"
#include "simulate/rhythm.h"

namespace cadenza::simulate {

/// An A/B test: half of the listeners (tag "B") get `factor` times as much of something.
struct Experiment {
  enum class On { kNothing, kAdverts, kDiscovery };
  On on = On::kNothing;
  double factor = 1;
};

struct WorldOptions {
  std::string profile = "month";
  uint64_t seed = 1;
  int listeners = 100;   ///< at the start
  int64_t start_ms = 0;  ///< a midnight, UTC
  int days = 30;
  double growth = 0;    ///< new listeners in 30 days, as a share of those at the start
  double activity = 1;  ///< sessions a day, times the profile's
  int songs = 1000;     ///< listed in the song files
  int unlisted_songs = 2000;
  bool has_scenes = false;    ///< music comes from scenes all over the world
  double listed_share = 0.7;  ///< of the plays
  bool feedback_pages =
      false;              ///< thumbs, playlists, friends, adverts: what the profile says or more
  double clock_skew = 0;  ///< share of listeners whose clocks are wrong
  std::vector<Incident> incidents;
  Experiment experiment;

  int64_t end_ms() const { return start_ms + days * kDayMs; }
};

/// All that listeners have in common. Does not change while they live.
struct World {
  explicit World(const WorldOptions& chosen);

  WorldOptions options;
  Profile profile;
  Chain chain;
  Rhythm rhythm;
  Catalogue catalogue;
  double fading_a_day = 0;               ///< of discontent
  std::vector<std::string_view> places;  ///< where listeners live

  /// All listeners there will be, those of later included.
  uint32_t listeners() const;
  int64_t RegisteredMs(uint32_t listener) const;  ///< kNever-free: of later ones only
};

}  // namespace cadenza::simulate

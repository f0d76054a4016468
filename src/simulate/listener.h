#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "simulate/catalogue.h"
#include "simulate/dice.h"
#include "simulate/hazard.h"
#include "simulate/page.h"

namespace cadenza::simulate {

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// What a listener likes. Weights are whole 255ths, so that the truth can be told exactly.
struct Taste {
  std::array<uint8_t, kStyles> until{};  ///< sums of the weights up to each style; the last is 255

  int Weight(int style) const {
    const auto s = static_cast<size_t>(style);
    return until[s] - (s > 0 ? until[s - 1] : 0);
  }
  int Draw(Dice* dice) const {
    const uint32_t drawn = dice->Below(255);
    int style = 0;
    while (until[static_cast<size_t>(style)] <= drawn) ++style;
    return style;
  }
};

/// One listener: who it is, what drives it, and where it is in its session. Kept small, because
/// there are millions; what is in the text of a line is a number here.
struct Listener {
  // Who it is.
  int64_t registered_ms = 0;
  uint16_t first_name = 0, last_name = 0, place = 0;
  uint8_t user_agent = 0;
  uint8_t persona = 0;
  bool in_variant = false;  ///< of the experiment: "B"
  Level first_level = Level::kFree;
  int32_t clock_skew_seconds = 0;

  // What drives it.
  Taste taste;
  uint8_t taste_max = 255;
  float sessions_per_day = 0;
  float exploration = 0;
  float advert_rate = 0;    ///< a play, while free
  float advert_weight = 0;  ///< discontent added by each
  float bad_song_weight = 0;
  float upgrade_propensity = 1, downgrade_propensity = 1;
  Hazard hazard;
  Felt felt;
  // In a world of scenes, besides the taste; `place` is the city where it lives.
  float openness = 0;                    ///< to what comes from far away; 0 to 1
  std::array<uint32_t, 3> favourites{};  ///< artists

  // Where it is.
  Dice dice;
  int64_t song_end_ms = 0;
  int64_t cancelled_ms = kNever;
  uint32_t session = 0;
  uint32_t item = 0;
  uint32_t sessions = 0;
  uint32_t song = kNoSongYet;
  std::array<uint32_t, 8> to_return_to{};  ///< songs that it will hear again, in a world of scenes
  uint8_t returns = 0;                     ///< how many these are
  Page page = Page::kHome;                 ///< what it does next
  Auth auth = Auth::kLoggedIn;
  Level level = Level::kFree;
  uint8_t reactions = 0;  ///< to the song: what is still to come, as bits
  bool starts_session = true;
  bool leaves = false;  ///< came to cancel

  static constexpr uint32_t kNoSongYet = UINT32_MAX;
};

}  // namespace cadenza::simulate

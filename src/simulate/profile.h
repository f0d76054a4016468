#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "simulate/page.h"

namespace cadenza::simulate {

/// One step that a listener may take next, and how likely. What the steps of a page leave to 1
/// is the end of the session.
struct Step {
  Page to;
  double probability;
};
struct ChainRow {
  Page from;
  std::vector<Step> steps;
};

/// A kind of listener. Factors count against the profile's medians.
struct Persona {
  std::string_view name;
  double share;        ///< of all listeners
  double paid_factor;  ///< how much likelier than average to pay at the start
  double rate_factor;
  double hazard_factor;
  double exploration;  ///< share of plays that do not follow taste
};

/// All that makes a service look like one that is known: how its listeners behave, and how its
/// log is written. `month` has the figures of the 30 days of course data, calibrated by
/// `cadenza simulate --compare`; `churn` those published of the two months' churn log.
struct Profile {
  std::string_view name;

  // Lines.
  bool nulls_present = true;       ///< keys without value are null, else left out
  bool registration_float = true;  ///< 1540919166796.0
  bool feedback_pages = false;     ///< thumbs, playlists, friends and adverts are in the log

  // Who there is.
  double paid_share = 0.15;
  double registered_days_before = 13;
  std::array<double, 2> sessions_per_day{};  ///< median, of free and paid listeners
  std::array<double, 2> rate_sigma{};        ///< of its logarithm

  // When they come: factors of the hours of a day (UTC) and the days of a week from Monday.
  std::array<double, 24> hours{};
  std::array<double, 7> weekdays{};

  // What they do. The chains of free and paid listeners, logged in and logged out.
  std::array<std::vector<ChainRow>, 2> logged_in;
  std::array<std::vector<ChainRow>, 2> logged_out;
  std::array<double, 2> starts_with_song{};  ///< of the sessions that start logged in; else Home
  double starts_with_login = 0.25;           ///< of those that start logged out; else Home
  double submits_upgrade = 0.38;             ///< of the visits of Upgrade, at propensity 1
  double submits_downgrade = 0.017;

  // Seconds to the next page where no song says so: median and sigma of the logarithm.
  std::array<double, 2> to_song{};
  std::array<double, 2> to_home{};
  std::array<double, 2> to_other{};
  double at_once = 0.5;  ///< share of the steps to other pages that take one second

  // Songs: their length in seconds at evenly spaced quantiles from 0 to 1.
  std::vector<double> length_quantiles;
  double popularity_exponent = 0.55;

  // What they feel. Probabilities a play at no affinity (bad) or full affinity (up, playlist).
  double bad_song = 0.1;
  double thumbs_up = 0.09, thumbs_down_of_bad = 0.3, playlist = 0.045, friends = 0.0187;
  double skips_of_bad = 0.4;
  double adverts = 0.08;  ///< a play of a free listener

  // What makes them leave: a rate a day. Discontent is added by each advert and each bad song and
  // halves every discontent_half_life_days.
  double base_hazard = 0.0005;
  double hazard_sigma = 0.8;
  double advert_weight = 0.0001;
  double bad_song_weight = 0.0001;
  double discontent_half_life_days = 7;
};

const Profile* FindProfile(std::string_view name);
std::span<const Persona> Personas();

}  // namespace cadenza::simulate

#pragma once

#include <cmath>

namespace cadenza::simulate {

// The laws by which songs are heard and liked (docs/SIMULATOR.md), in one place: the simulator
// draws by them, and who measures lists against its truth computes with them.

/// How much more a new song is played than its popularity says.
inline double Freshness(double age_days) {
  constexpr double kFreshBoost = 10, kFreshDays = 14;
  return 1 + kFreshBoost * std::exp(-age_days / kFreshDays);
}

// What follows holds in a world of scenes only.

/// Share of the plays that follow the charts: what is on wherever one goes, and what who explores
/// asks for.
inline double ByCharts(double exploration) { return 0.25 + 0.75 * exploration; }
/// Of these from the charts at home, the rest from those of the world.
inline constexpr double kHomeChartsShare = 0.5;
/// Of the plays that follow taste: by the artists that the listener favours.
inline constexpr double kFavouredShare = 0.2;
/// How likely a song that is liked fully is heard once more, after each play.
inline constexpr double kReturn = 0.6;

/// How much what is so far away belongs to home: 1 there, 0 at the other end of the world.
inline double Nearness(double km) { return std::exp(-km / 3000); }

/// From 0 to 1. `fit`: weight of the song's style in the taste, against the greatest.
inline double Liking(double fit, double nearness, double openness, bool is_favoured) {
  const double liking = fit * (nearness + (1 - nearness) * openness);
  return is_favoured ? 0.5 + 0.5 * liking : liking;
}

/// Plays in the end for each time that a listener comes across a song: it is heard again with
/// probability kReturn * liking after each of them.
inline double PlaysEach(double liking) { return 1 / (1 - kReturn * liking); }

}  // namespace cadenza::simulate

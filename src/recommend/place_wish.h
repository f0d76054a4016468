#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/track_facts.h"

namespace cadenza::recommend {

/// Where the music of a list is to come from. What comes from elsewhere, or from nobody knows
/// where, is left out.
struct PlaceWish {
  /// A track comes from there if its place has these words, one after the other, whatever their
  /// case and accents: "kingston" and "jamaica" are both in "Kingston, Jamaica". Empty: anywhere.
  std::vector<std::string> names;
  double within_km = 0;  ///< or so near to such a place; without names: to the listener's home
  double beyond_km = 0;  ///< at least so far from the listener's home

  bool is_empty() const { return names.empty() && within_km <= 0 && beyond_km <= 0; }
  bool asks_of_home() const { return beyond_km > 0 || (within_km > 0 && names.empty()); }
};

/// Which tracks come from the places that are named, or from near them; empty: all, as none is
/// named. Needs tracks and track_numbers. kUsage for a name that no track's place has.
Result<std::vector<bool>> TracksFrom(engine::Engine* engine, const TrackFacts& facts,
                                     const PlaceWish& wish);

/// Which of the places are as near to and as far from a home as is wished; none for a home that is
/// not known.
std::vector<bool> PlacesFor(const TrackFacts& facts, const PlaceWish& wish, int32_t home);

}  // namespace cadenza::recommend

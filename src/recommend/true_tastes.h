#pragma once

#include "recommend/world_truth.h"

namespace cadenza::recommend {

/// A world in which listeners differ by style alone: a listener e-explores, a song s of style k has
/// the weight w(s, day) among those of its style, and
///
///   P(next play of the listener is s) = (e * share(k) + (1 - e) * taste(k)) * w(s) / sum of w in k
///
/// with share(k) the part of all weights that style k has, w = popularity * freshness from a song's
/// release on, as the simulator draws (docs/SIMULATOR.md), averaged over days. Liking is the weight
/// of the style in the taste against the greatest.
Result<std::unique_ptr<Truth>> ReadTrueTastes(engine::Engine* engine, const std::string& folder,
                                              const History& history, int first_day, int end_day);

}  // namespace cadenza::recommend

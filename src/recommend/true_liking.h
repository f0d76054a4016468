#pragma once

#include <functional>
#include <string>
#include <vector>

#include "recommend/evaluation.h"
#include "recommend/held_out.h"

namespace cadenza::recommend {

/// How much the listeners would like what is in their first 20, where the truth is known: all of it
/// (liking_20), and what is by artists whom they have not played (new_artist_liking_20).
void AddLiking(const std::string& model, const Measured& measured, const HeldOut& held_out,
               const TrackFacts& facts,
               const std::function<std::vector<float>(size_t listener)>& liking,
               std::vector<Score>* scores);

}  // namespace cadenza::recommend

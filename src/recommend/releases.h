#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/lists.h"
#include "recommend/ranking_measures.h"
#include "recommend/taste_model.h"
#include "recommend/track_facts.h"

namespace cadenza::recommend {

/// A song that came out lately, as release_candidates has it.
struct Release {
  int32_t artist = 0;
  int32_t track = -1;  ///< -1: nobody has played it yet
};
/// In the order of their numbers; release_candidates is bound.
Result<std::vector<Release>> ReadReleases(engine::Engine* engine);

/// A vector for each release from what its artist's other tracks have, as nobody knows the release
/// itself: their mean, drawn towards the mean of the tracks from the artist's place (of all tracks,
/// where fewer than 10 come from there) as three tracks more would. Zeros: the artist has no other
/// track with a vector.
FactorRows ReleaseVectors(const FactorRows& tracks, const TrackFacts& facts,
                          std::span<const Release> releases);

/// One place in a listener's list of releases.
struct RecommendedRelease {
  int32_t release = 0;
  double score = 0;
  int32_t reason = -1;  ///< the listener's track that adds most; -1: the artist alone
  bool is_new_artist = false;
};

struct ReleaseOptions {
  size_t top = 10;
  size_t per_artist = 2;
  size_t threads = 1;
  /// Only artists that the listener plays, by how much: where taste tells nothing.
  bool by_artist = false;
};
/// The lists of all listeners (rows of the matrices). What a listener has heard is left out, and
/// what has no score above 0.
std::vector<std::vector<RecommendedRelease>> ReleaseLists(
    const TasteModel& model, const TrackFacts& facts, std::span<const Release> releases,
    const PlayMatrix& liked, const PlayMatrix& heard, const ReleaseOptions& options);

/// How well releases are told from each other, for listeners who played some of them later:
/// Recall@5 by taste, by how many like the artist, and of any order.
struct ReleaseScores {
  size_t releases = 0;
  std::vector<double> taste, artists, random;  ///< by listener
};
/// `relevant`: rows are the listeners of `known`, columns tracks; only releases count.
ReleaseScores MeasureReleases(const TasteModel& model, const TrackFacts& facts,
                              std::span<const Release> releases, const PlayMatrix& known,
                              const PlayMatrix& relevant, std::span<const int32_t> liked_by,
                              size_t threads);

}  // namespace cadenza::recommend

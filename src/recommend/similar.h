#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "recommend/factor_model.h"

namespace cadenza::recommend {

/// Something like what was asked for: an artist, or a track.
struct Similar {
  std::string title;  ///< empty: an artist
  std::string artist_name;
  double likeness = 0;  ///< cosine of the vectors, times n / (n + 3) for n listeners
  int64_t listeners = 0;
};

/// Vectors of length 1, so that products are cosines; rows of zeros stay.
FactorRows Normalised(const FactorRows& rows);

/// A row that is like another one.
struct Likeness {
  int32_t row = 0;
  double likeness = 0;
  int64_t listeners = 0;
};
inline constexpr int64_t kSimilarListeners = 3;  ///< from which on a row's likeness is stored
/// For each track those most like it; without any for a track of fewer listeners.
std::vector<std::vector<Likeness>> SimilarTracks(const FactorRows& tracks,
                                                 std::span<const int32_t> listeners, size_t top,
                                                 size_t threads);
/// The same of artists, by their numbers.
std::vector<std::vector<Likeness>> SimilarArtists(const FactorRows& tracks,
                                                  std::span<const int32_t> artist_of,
                                                  std::span<const int32_t> listeners, size_t top,
                                                  size_t threads);

/// The artists most like the one of the name or, where no artist is called so, the tracks most like
/// the one of the title. kUsage for a name that nobody played, and for a lake without a model.
Result<std::vector<Similar>> SimilarTo(lake::Lake* lake, const std::string& name, size_t top);

}  // namespace cadenza::recommend

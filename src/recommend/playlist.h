#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "recommend/listener_view.h"
#include "recommend/recommend_job.h"

namespace cadenza::recommend {

struct PlaylistOptions {
  double minutes = 45;
  double known_share = 0.3;  ///< of the time, of tracks that the listener knows and likes
};

struct PlaylistTrack {
  int32_t track = 0;
  std::string title, artist_name, reason;
  double starts_at_seconds = 0, duration = 0;
  bool is_known = false;
};

/// A track that may come into a playlist.
struct PlaylistCandidate {
  int32_t track = 0;
  double duration = 0;  ///< seconds; of a track whose length is not known a usual one
  bool is_known = false;
  std::string reason;
};
/// What a listener (a row of the pairs) likes most, at most two tracks of an artist.
std::vector<PlaylistCandidate> KnownCandidates(const PlayMatrix& liked, size_t row,
                                               const TrackFacts& facts,
                                               const std::vector<TrackName>& names);
PlaylistCandidate FreshCandidate(int32_t track, const std::vector<TrackName>& names,
                                 std::string reason);
/// Some of the candidates, best first, for the time, in the order to be played. `vectors`: of the
/// tracks, of length 1. Empty: no track fits.
std::vector<PlaylistCandidate> ArrangePlaylist(const std::vector<PlaylistCandidate>& known,
                                               const std::vector<PlaylistCandidate>& fresh,
                                               const PlaylistOptions& playlist,
                                               const TrackFacts& facts, const FactorRows& vectors);

/// Tracks for a time, as near to it as there are lengths for; neighbours sound alike, and no artist
/// comes twice in a row where that can be. kUsage as for RecommendFor, and where no track is left.
Result<std::vector<PlaylistTrack>> MakePlaylist(lake::Lake* lake, const std::string& user,
                                                const PlaylistOptions& playlist,
                                                const RecommendOptions& options);

}  // namespace cadenza::recommend

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
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

/// Tracks for a time, as near to it as there are lengths for; neighbours sound alike, and no artist
/// comes twice in a row where that can be. kUsage as for RecommendFor, and where no track is left.
Result<std::vector<PlaylistTrack>> MakePlaylist(lake::Lake* lake, const std::string& user,
                                                const PlaylistOptions& playlist,
                                                const RecommendOptions& options);

}  // namespace cadenza::recommend

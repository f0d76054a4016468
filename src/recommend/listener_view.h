#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engagement/engagement_source.h"
#include "lake/lake.h"
#include "recommend/listening.h"
#include "recommend/stored_model.h"

namespace cadenza::recommend {

/// A track as people read it.
struct TrackName {
  std::string title, artist_name, place, artist_text;  ///< artist_text: in normal form
  double duration = 0;                                 ///< seconds; 0: not known
};

/// By the numbers of the tracks; tracks and track_numbers are bound.
Result<std::vector<TrackName>> ReadTrackNames(engine::Engine* engine);

/// One listener as the lake has him or her now, before the last model.
struct ListenerView {
  StoredModel model;
  Listening listening;  ///< of this listener alone
  std::vector<TrackName> names;
};
/// kUsage for a listener who is not known, and for a lake without a model.
Result<ListenerView> ViewListener(lake::Lake* lake, const std::string& user,
                                  const engagement::SourceOptions& source);

}  // namespace cadenza::recommend

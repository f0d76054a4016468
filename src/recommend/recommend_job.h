#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engagement/engagement_source.h"
#include "lake/lake.h"
#include "recommend/evaluation.h"
#include "recommend/listener_view.h"
#include "recommend/lists.h"
#include "warehouse/job.h"

namespace cadenza::recommend {

/// Stages: "reading", "choosing and testing", "learning", "lists", "commit".
struct RecommendOptions : warehouse::JobOptions {
  engagement::SourceOptions source;  ///< empty: the events of the lake
  EvaluationOptions evaluation;
  ListOptions lists;
  int64_t memory_bytes = int64_t{2} << 30;
  int threads = 1;
  /// Of a simulated lake: tells how much of what is attainable lists reach; empty: none. Nothing
  /// learns from it.
  std::string truth_folder;
  bool only_evaluate = false;  ///< scores alone; the lake stays as it is
  bool retrain = false;  ///< choose settings and learn from the beginning, whatever the lake has
};

struct RecommendSummary : warehouse::JobSummary {
  std::string model_version;
  std::string lists_by;  ///< taste or popularity
  std::string why_not;   ///< why popularity
  Choice choice;
  std::vector<Score> scores;
  int64_t listeners = 0, tracks = 0, pairs = 0;
  int64_t tracks_with_songs = 0, tracks_of_one = 0;
  int64_t releases = 0;  ///< that new_releases chose from
  std::string example;   ///< the listener with the most plays
  std::vector<std::string> notes;
};

/// Brings the gold tables of recommendations up to what the lake says of plays, in one commit.
Result<RecommendSummary> RunRecommend(lake::Lake* lake, const RecommendOptions& options);

/// One listener's list as it is now: the vectors of the last model, the plays of this moment.
struct NamedRecommendation {
  Recommended what;
  std::string title, artist_name, place, reason;
};
std::vector<NamedRecommendation> ListOfView(const ListenerView& view,
                                            const RecommendOptions& options);
/// The same, read from the lake. kUsage for a listener who is not known, and for a lake without a
/// model.
Result<std::vector<NamedRecommendation>> RecommendFor(lake::Lake* lake, const std::string& user,
                                                      const RecommendOptions& options);

}  // namespace cadenza::recommend

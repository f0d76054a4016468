#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/evaluation.h"
#include "churn/leak_audit.h"
#include "churn/scores.h"
#include "lake/lake.h"
#include "warehouse/job.h"

namespace cadenza::churn {

/// How far a run goes; each part does what is due of those before it.
enum class Part { kExplore, kFeatures, kTrain, kScore, kAll };

struct ChurnOptions : warehouse::JobOptions {
  Part part = Part::kAll;
  EvaluationOptions evaluation;
  std::string features_folder;  ///< further feature models; may be empty
  std::string truth_folder;     ///< of a simulated lake; may be empty
  int every_days = 7;
  std::string first_cut_off;  ///< a date; empty: seven days after the first day of the log
  std::string cut_off;        ///< of the scores; empty: the end of the log
  bool retrain = false;
  bool as_known = false;      ///< features leave out what came after the log had reached a cut-off
  bool as_published = false;  ///< also the table of the published study, with its audit
};

struct ChurnSummary : warehouse::JobSummary {
  std::string first_day, end_of_data;
  int64_t cut_offs = 0;
  int64_t listeners = 0;      ///< ever seen
  int64_t snapshots = 0;      ///< of listeners at cut-offs
  int64_t cancellations = 0;  ///< listeners who cancelled after a cut-off
  int64_t downgrades = 0;
  size_t features = 0;
  int main_horizon = 0;     ///< of those that the log covers
  bool is_trained = false;  ///< by this run
  std::string why_not;      ///< nothing was learned: the reason
  std::string model;        ///< that scores; empty: none
  Evaluation evaluation;    ///< of this run; empty where it did not train
  std::optional<ScoreSummary> scores;
  std::optional<LeakAudit> published;  ///< where asked for
  std::vector<std::string> notes;
};

/// Brings features, model and scores of a lake up to its events, in one commit.
Result<ChurnSummary> RunChurn(lake::Lake* lake, const ChurnOptions& options);

}  // namespace cadenza::churn

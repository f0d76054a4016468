#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "churn/churn_model.h"
#include "churn/feature_model.h"
#include "churn/offer.h"
#include "lake/run.h"

namespace cadenza::churn {

/// What the scores of a cut-off say, in short.
struct ScoreSummary {
  std::string cut_off;
  int64_t listeners = 0;
  int64_t offers = 0;
  double expected_cancellations = 0;  ///< within the main horizon
  double expected_downgrades = 0;
  double offer_value = 0;  ///< sum of the expected values of the offers
  struct AtRisk {
    std::string user;
    double cancel = 0;
    std::string reason;
  };
  std::vector<AtRisk> highest;  ///< at most five
};

/// Scores listeners at one cut-off (all rows of `data`) and stages churn_scores and churn_reasons
/// of it; those of other cut-offs stay.
Result<ScoreSummary> StageScores(lake::Lake* lake, lake::Run* run, const Snapshots& data,
                                 const ChurnModel& model, const std::string& model_hash,
                                 const std::vector<FeatureModel>& features, const OfferTerms& terms,
                                 int main_horizon);

}  // namespace cadenza::churn

#pragma once

#include <string>

#include "base/result.h"
#include "churn/evaluation.h"
#include "engine/engine.h"

namespace cadenza::churn {

/// kUsage when the folder has no truth_hazard: said before anything runs.
Status CheckTruth(engine::Engine* engine, const std::string& folder);

/// Adds the probabilities of a simulator's truth (truth_hazard in the folder) to an evaluation, as
/// the models oracle and attainable, on the very rows that the hazards were tested on. It is read
/// for that only: nothing learns from it.
Status AddTruth(engine::Engine* engine, const std::string& folder, const Snapshots& data,
                const EvaluationOptions& options, Evaluation* evaluation);

/// How much of what is attainable a model reaches; NaN without a truth.
struct AttainedShares {
  double auc = 0;   ///< of the AUC above one half
  double loss = 0;  ///< of the gain in log loss over the base rate
};
AttainedShares SharesOf(const Evaluation& evaluation, const TestedModel& tested);

}  // namespace cadenza::churn

#pragma once

#include <string>

#include "base/result.h"
#include "churn/evaluation.h"
#include "warehouse/model_refresh.h"

namespace cadenza::churn {

/// Stages what an evaluation measured: churn_models, churn_calibration, churn_lift, churn_segments
/// and churn_tests.
Status StageEvaluation(engine::Engine* engine, warehouse::ModelRefresh* gold, const Snapshots& data,
                       const Evaluation& evaluation, const EvaluationOptions& options);
/// No rows there, where the lake has the tables: what they said is not of these data.
Status EmptyEvaluation(warehouse::ModelRefresh* gold);

}  // namespace cadenza::churn

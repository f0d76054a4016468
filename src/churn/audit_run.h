#pragma once

#include <string>

#include "base/result.h"
#include "churn/leak_audit.h"
#include "engine/engine.h"
#include "warehouse/model_refresh.h"

namespace cadenza::churn {

/// Stages what an audit said of a file in place of what was said of that file before.
Status StageAudit(lake::Lake* lake, warehouse::ModelRefresh* gold, const std::string& file,
                  const LeakAudit& audit);
/// The same in a run of its own.
Status KeepAudit(engine::Engine* engine, const std::string& lake, const std::string& file,
                 const LeakAudit& audit);

}  // namespace cadenza::churn

#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "engagement/engagement_source.h"
#include "lake/lake.h"
#include "warehouse/model_refresh.h"

namespace cadenza::recommend {

/// What was bound for the models of recommendations.
struct GoldInputs {
  std::set<std::string> bound;              ///< names that ModelRefresh need not compute
  std::map<std::string, int64_t> versions;  ///< of the tables that are read, for the record
};

/// Binds plays, the catalogue and where listeners live. kUsage for a lake that has none of it.
Result<GoldInputs> BindGoldInputs(lake::Lake* lake, const engagement::SourceOptions& source);

}  // namespace cadenza::recommend

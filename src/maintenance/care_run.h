#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "lake/lake.h"
#include "lake/run.h"
#include "maintenance/care_options.h"
#include "maintenance/journal.h"

namespace cadenza::maintenance {

/// The run of a command that cares for a lake; none for a dry run. Waits for other writers as the
/// options say.
Result<std::unique_ptr<lake::Run>> BeginRun(lake::Lake* lake, const CareOptions& options);

/// Commits what a command edited, with its journal, and answers the run's number; 0 where nothing
/// changed, though an unfinished run before it is undone all the same, and where there is no run.
Result<int64_t> CommitEdits(lake::Lake* lake, lake::Run* run, const Journal& journal,
                            bool is_changed);

}  // namespace cadenza::maintenance

#include "maintenance/care_run.h"

namespace cadenza::maintenance {

Result<std::unique_ptr<lake::Run>> BeginRun(lake::Lake* lake, const CareOptions& options) {
  if (options.dry_run) return std::unique_ptr<lake::Run>();
  return lake::Run::Begin(lake, lake->manifest().format, options.keep_waiting);
}

Result<int64_t> CommitEdits(lake::Lake* lake, lake::Run* run, const Journal& journal,
                            bool is_changed) {
  if (!run || (!is_changed && !run->has_to_heal())) return 0;
  CADENZA_TRY(journal.Stage(lake, run));
  CADENZA_TRY(run->Commit());
  return is_changed ? run->number() : 0;
}

}  // namespace cadenza::maintenance

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "storage/object_store.h"

namespace cadenza::delta {

/// The data files that a version which somebody could read since then holds, live ones included:
/// those of the version of that time, and all that were added since. Told from the commits and not
/// from the tombstones, which a checkpoint may have dropped already. Where the log does not reach
/// back that far, from its oldest version on.
Result<std::set<std::string>> PathsReadableSince(ObjectStore& table, CheckpointCodec* codec,
                                                 int64_t since_ms);

/// What can be deleted of a table's folder.
struct VacuumPlan {
  std::vector<ObjectInfo> files;
  int64_t kept_files = 0;  ///< no longer live, but still readable or too young to judge
  int64_t kept_bytes = 0;
};

/// Files that no version readable since then holds, and that did not change since then: younger
/// ones may belong to a writer that has not committed yet. Names with a part that begins with '_'
/// or '.' are not data (a partition folder such as _a=1 is).
Result<VacuumPlan> PlanVacuum(ObjectStore& table, CheckpointCodec* codec, int64_t since_ms);

}  // namespace cadenza::delta

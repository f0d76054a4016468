#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "storage/object_store.h"

namespace cadenza::delta {

/// What of a log can go: all that stands before a checkpoint, from which on every version stays.
struct LogCleanup {
  int64_t oldest_kept = 0;  ///< the checkpoint's version; 0: nothing goes
  std::vector<ObjectInfo> files;
};

/// As the protocol has it: the newest version that is not younger than since_ms is the least that
/// has to stay readable, and what stands before the newest checkpoint up to it goes.
/// `forget_before`: besides, no version before this one stays, whatever its age; kInput when no
/// checkpoint of this version or a later one is there (WriteCheckpoint makes one).
Result<LogCleanup> PlanLogCleanup(ObjectStore& table, int64_t since_ms,
                                  std::optional<int64_t> forget_before = std::nullopt);

/// Oldest first, so that what is left can be read wherever it is cut off.
Status CleanLog(ObjectStore& table, const LogCleanup& cleanup);

}  // namespace cadenza::delta

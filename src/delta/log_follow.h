#pragma once

#include "base/result.h"
#include "delta/snapshot.h"
#include "storage/object_store.h"

namespace cadenza::delta {

/// The newest version of a table of which a recent one is at hand: reads the commits after it, one
/// by one, until there is none. Over a network this is one request where Load() makes many. For a
/// base that is not older than the clean-up of the log lets commits live.
Result<Snapshot> FollowLog(ObjectStore& table, Snapshot base);

}  // namespace cadenza::delta

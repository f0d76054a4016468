#include "delta/log_follow.h"

#include "delta/log_file.h"
#include "delta/log_replay.h"

namespace cadenza::delta {

Result<Snapshot> FollowLog(ObjectStore& table, Snapshot base) {
  LogReplay replay(std::move(base));
  while (true) {
    const int64_t version = replay.version() + 1;
    CADENZA_ASSIGN(const std::optional<std::string> text, table.Get(CommitName(version)));
    if (!text) return std::move(replay).Finish();
    CADENZA_TRY(replay.ApplyCommit(version, *text));
  }
}

}  // namespace cadenza::delta

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/object_store.h"

namespace cadenza::delta {

/// Names in a log; versions have 20 digits:
///   _delta_log/00000000000000000010.json                                           a commit
///   _delta_log/00000000000000000010.checkpoint.parquet                             a checkpoint
///   _delta_log/00000000000000000010.checkpoint.0000000001.0000000002.parquet       a part of one
///   _delta_log/00000000000000000010.checkpoint.<uuid>.parquet                      a V2 checkpoint
inline constexpr std::string_view kLogFolder = "_delta_log";
inline constexpr std::string_view kLastCheckpointName = "_delta_log/_last_checkpoint";
std::string CommitName(int64_t version);
std::string CheckpointName(int64_t version);

/// A V1 checkpoint whose parts are all there.
struct CheckpointFiles {
  int64_t version = 0;
  std::vector<std::string> names;
};

/// What the log's folder held when it was listed.
struct LogListing {
  std::map<int64_t, int64_t> commits;             ///< version -> time of the file's last change, ms
  std::vector<CheckpointFiles> checkpoints;       ///< oldest first
  bool has_v2_checkpoint = false;                 ///< a kind that only reader version 3 has
  std::map<int64_t, std::string> v2_checkpoints;  ///< version -> name, of those with an id

  bool empty() const { return commits.empty() && checkpoints.empty() && !has_v2_checkpoint; }
  int64_t newest() const;
  /// The least version that can be read: what came before it may have been cleaned up.
  int64_t oldest() const;
};

Result<LogListing> ListLog(ObjectStore& table);

}  // namespace cadenza::delta

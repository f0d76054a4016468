#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/action_json.h"
#include "delta/json_text.h"
#include "delta/snapshot.h"

namespace cadenza::delta {

/// Builds a snapshot from the actions of a log: a checkpoint or a base first, then every commit
/// after it in order. Kinds of actions that say nothing about the state are passed over.
class LogReplay {
 public:
  LogReplay() = default;
  explicit LogReplay(Snapshot base) : snapshot_(std::move(base)) {}

  int64_t version() const { return snapshot_.version_; }
  int64_t file_count() const { return static_cast<int64_t>(snapshot_.files_.size()); }
  Status ApplyCommit(int64_t version, std::string_view text);
  /// May be called for each part of a checkpoint.
  Status ApplyCheckpoint(int64_t version, std::string_view name,
                         const std::vector<std::string>& rows);
  /// Refuses tables that need a newer reader, and logs that never said what table they hold.
  Result<Snapshot> Finish() &&;
  /// For reading alone: takes tables of newer readers too, as long as all rows of their files count
  /// and stand under the names of the schema.
  Result<Snapshot> FinishForReading() &&;

 private:
  Status ApplyLine(std::string_view line);
  Status ApplyAction(const std::string& kind, const Json& action);
  Status ApplyFile(const Json& add);
  Status ApplyRemoval(const Json& remove);
  Status ApplyMetadata(const Json& metadata);
  Result<Protocol> FoundProtocol() const;

  Snapshot snapshot_;
};

}  // namespace cadenza::delta

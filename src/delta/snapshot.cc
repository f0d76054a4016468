#include "delta/snapshot.h"

#include "delta/json_text.h"
#include "delta/log_file.h"
#include "delta/log_replay.h"
#include "delta/table_version.h"

namespace cadenza::delta {
namespace {

Status ApplyCheckpointFiles(ObjectStore& table, CheckpointCodec* codec,
                            const CheckpointFiles& checkpoint, LogReplay* replay) {
  for (const std::string& name : checkpoint.names) {
    if (codec == nullptr) {
      return MakeError(ErrorKind::kInput, "no reader for checkpoints at hand: {}", name);
    }
    CADENZA_ASSIGN(const std::optional<std::string> bytes, table.Get(name));
    if (!bytes) return MakeError(ErrorKind::kInput, "the checkpoint has vanished: {}", name);
    const Result<std::vector<std::string>> rows = codec->Decode(*bytes);
    if (!rows.ok()) {
      return MakeError(rows.error().kind, "{}: {}", name, rows.error().message);
    }
    CADENZA_TRY(replay->ApplyCheckpoint(checkpoint.version, name, *rows));
  }
  return {};
}

Status ApplyCommits(ObjectStore& table, int64_t last, LogReplay* replay) {
  for (int64_t version = replay->version() + 1; version <= last; ++version) {
    // Asked for even if the listing lacks it: a folder that changes meanwhile may be listed so.
    CADENZA_ASSIGN(const std::optional<std::string> text, table.Get(CommitName(version)));
    if (!text) {
      return MakeError(ErrorKind::kInput, "the log has a gap before version {}: no {}", last,
                       CommitName(version));
    }
    CADENZA_TRY(replay->ApplyCommit(version, *text));
  }
  return {};
}

/// From the newest checkpoint that can be read, or from the first commit.
Result<Snapshot> Replay(ObjectStore& table, CheckpointCodec* codec, const LogListing& log,
                        int64_t version) {
  std::optional<Error> unreadable;
  LogReplay replay;
  for (auto at = log.checkpoints.rbegin(); at != log.checkpoints.rend(); ++at) {
    if (at->version > version) continue;
    replay = LogReplay();
    const Status status = ApplyCheckpointFiles(table, codec, *at, &replay);
    if (status.ok()) break;
    if (!unreadable) unreadable = status.error();
    replay = LogReplay();
  }
  if (Status status = ApplyCommits(table, version, &replay); !status.ok()) {
    std::string message = status.error().message;
    if (unreadable) message += "; and a checkpoint cannot be read: " + unreadable->message;
    if (log.has_v2_checkpoint && replay.version() < 0) {
      message += "; there is a V2 checkpoint, which needs the reader feature v2Checkpoint";
    }
    return Error{status.error().kind, std::move(message)};
  }
  return std::move(replay).Finish();
}

}  // namespace

/// `_last_checkpoint` is not asked: it may be stale or damaged, while one listing names the newest
/// version, every checkpoint and all commits after it, in no more round trips.
Result<Snapshot> Snapshot::Load(ObjectStore& table, CheckpointCodec* codec,
                                std::optional<int64_t> version) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  if (log.empty()) return MakeError(ErrorKind::kNotFound, "no Delta table: {}", table.root());
  if (version && (*version < 0 || *version > log.newest())) {
    return MakeError(ErrorKind::kNotFound, "{}: the newest version is {}, there is no version {}",
                     table.root(), log.newest(), *version);
  }
  if (version && *version < log.oldest()) {
    return MakeError(ErrorKind::kNotFound,
                     "{}: the log was cleaned up, the oldest version that can be read is {}; there "
                     "is no version {} any more",
                     table.root(), log.oldest(), *version);
  }
  Result<Snapshot> snapshot = Replay(table, codec, log, version.value_or(log.newest()));
  if (snapshot.ok()) return snapshot;
  return MakeError(snapshot.error().kind, "{}: {}", table.root(), snapshot.error().message);
}

Result<Snapshot> Snapshot::LoadAsOf(ObjectStore& table, CheckpointCodec* codec,
                                    int64_t timestamp_ms) {
  CADENZA_ASSIGN(const int64_t version, VersionAsOf(table, timestamp_ms));
  return Load(table, codec, version);
}

bool Snapshot::is_append_only() const {
  const auto property = configuration_.find("delta.appendOnly");
  return property != configuration_.end() && LowerAscii(property->second) == "true";
}

std::optional<int64_t> Snapshot::TransactionVersion(const std::string& app_id) const {
  const auto found = transactions_.find(app_id);
  if (found == transactions_.end()) return std::nullopt;
  const Result<Json> action = ParseObject(found->second);
  if (!action.ok()) return std::nullopt;
  const Json* transaction = FindMember(*action, "txn");
  return transaction != nullptr ? std::optional(IntegerMember(*transaction, "version"))
                                : std::nullopt;
}

}  // namespace cadenza::delta

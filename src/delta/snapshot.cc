#include "delta/snapshot.h"

#include "delta/json_text.h"
#include "delta/log_file.h"
#include "delta/log_replay.h"
#include "delta/table_version.h"

namespace cadenza::delta {
namespace {

/// What `_last_checkpoint` says of one checkpoint; what it does not say is negative.
struct CheckpointHint {
  int64_t version = -1;
  int64_t rows = -1;
  int64_t bytes = -1;
  int64_t files = -1;
};

/// Nothing when it is missing or damaged: it is only a hint.
CheckpointHint ReadHint(ObjectStore& table) {
  CheckpointHint hint;
  const auto text = table.Get(kLastCheckpointName);
  if (!text.ok() || !*text) return hint;
  const Result<Json> json = ParseObject(**text);
  if (!json.ok()) return hint;
  hint.version = IntegerMember(*json, "version", -1);
  hint.rows = IntegerMember(*json, "size", -1);
  hint.bytes = IntegerMember(*json, "sizeInBytes", -1);
  hint.files = IntegerMember(*json, "numOfAddFiles", -1);
  return hint;
}

Status CheckNumber(const std::string& name, std::string_view what, int64_t found, int64_t said) {
  if (said < 0 || found == said) return {};
  return MakeError(ErrorKind::kInput, "{}: damaged: it has {} {}, and _last_checkpoint says {}",
                   name, found, what, said);
}

Status ApplyCheckpointFiles(ObjectStore& table, CheckpointCodec* codec,
                            const CheckpointFiles& checkpoint, const CheckpointHint& hint,
                            LogReplay* replay) {
  int64_t size_bytes = 0, row_count = 0;
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
    size_bytes += std::ssize(*bytes);
    row_count += std::ssize(*rows);
  }
  if (hint.version != checkpoint.version) return {};
  const std::string& name = checkpoint.names.front();
  CADENZA_TRY(CheckNumber(name, "bytes", size_bytes, hint.bytes));
  CADENZA_TRY(CheckNumber(name, "rows", row_count, hint.rows));
  return CheckNumber(name, "files of the table", replay->file_count(), hint.files);
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
                        int64_t version, bool for_reading) {
  std::optional<Error> unreadable;
  std::optional<CheckpointHint> hint;
  LogReplay replay;
  for (auto at = log.checkpoints.rbegin(); at != log.checkpoints.rend(); ++at) {
    if (at->version > version) continue;
    replay = LogReplay();
    if (!hint) hint = ReadHint(table);
    const Status status = ApplyCheckpointFiles(table, codec, *at, *hint, &replay);
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
  return for_reading ? std::move(replay).FinishForReading() : std::move(replay).Finish();
}

/// `_last_checkpoint` is not asked where to begin: it may be stale or damaged, while one listing
/// names the newest version, every checkpoint and all commits after it. But what it says of the
/// checkpoint that is read has to be so.
Result<Snapshot> LoadFrom(ObjectStore& table, CheckpointCodec* codec,
                          std::optional<int64_t> version, bool for_reading) {
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
  Result<Snapshot> snapshot =
      Replay(table, codec, log, version.value_or(log.newest()), for_reading);
  if (snapshot.ok()) return snapshot;
  return MakeError(snapshot.error().kind, "{}: {}", table.root(), snapshot.error().message);
}

}  // namespace

Result<Snapshot> Snapshot::Load(ObjectStore& table, CheckpointCodec* codec,
                                std::optional<int64_t> version) {
  return LoadFrom(table, codec, version, /*for_reading=*/false);
}

Result<Snapshot> Snapshot::LoadForReading(ObjectStore& table, CheckpointCodec* codec,
                                          std::optional<int64_t> version) {
  return LoadFrom(table, codec, version, /*for_reading=*/true);
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

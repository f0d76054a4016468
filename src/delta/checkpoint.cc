#include "delta/action_json.h"
#include "delta/log_file.h"
#include "delta/retention.h"
#include "delta/system_time.h"
#include "delta/transaction.h"

namespace cadenza::delta {

Status WriteCheckpoint(ObjectStore& table, CheckpointCodec& codec, const Snapshot& snapshot,
                       int64_t now_ms) {
  if (now_ms == 0) now_ms = SystemNowMs();
  CADENZA_ASSIGN(const Json protocol, ParseObject(snapshot.protocol_json_));
  if (ProtocolFromJson(protocol).min_writer_version > 2) {
    return MakeError(ErrorKind::kInput, "a newer writer has to make the checkpoint of {}",
                     table.root());
  }
  std::vector<std::string> rows;
  rows.reserve(snapshot.files_.size() + snapshot.tombstones_.size() + 2);
  rows.push_back(fmt::format(R"({{"protocol":{}}})", snapshot.protocol_json_));
  rows.push_back(fmt::format(R"({{"metaData":{}}})", snapshot.metadata_json_));
  for (const auto& [app_id, action] : snapshot.transactions_) rows.push_back(action);
  const int64_t oldest_ms = now_ms - DeletedFileRetentionMs(snapshot.configuration_);
  for (const auto& [path, tombstone] : snapshot.tombstones_) {
    if (tombstone.deletion_ms > oldest_ms) rows.push_back(tombstone.action);
  }
  for (const auto& [path, file] : snapshot.files_) rows.push_back(AddAction(file, false));
  CADENZA_ASSIGN(const std::string bytes, codec.Encode(rows));
  CADENZA_TRY(table.Put(CheckpointName(snapshot.version_), bytes));
  // The hint comes last: it must never name a checkpoint that is not there.
  return table.Put(
      kLastCheckpointName,
      fmt::format(R"({{"version":{},"size":{},"sizeInBytes":{},"numOfAddFiles":{}}})",
                  snapshot.version_, rows.size(), bytes.size(), snapshot.files_.size()));
}

}  // namespace cadenza::delta

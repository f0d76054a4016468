#include "delta/log_replay.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "delta/log_file.h"

namespace cadenza::delta {
namespace {

constexpr int64_t kReaderVersionMax = 1;
/// With these a table can be read as one of reader version 1, when no file has a deletion vector
/// and no column another name on disk.
constexpr auto kFeaturesToRead = std::to_array<std::string_view>(
    {"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"});

Error NewerReader(const Protocol& protocol) {
  if (!protocol.reader_features.empty()) {
    return MakeError(ErrorKind::kInput, "the table needs reader features that Cadenza lacks: {}",
                     fmt::join(protocol.reader_features, ", "));
  }
  return MakeError(ErrorKind::kInput, "the table needs {} of reader version {}; Cadenza has {}",
                   protocol.min_reader_version == 2 ? "column mapping" : "the features",
                   protocol.min_reader_version, kReaderVersionMax);
}

/// What tells deletion vectors apart; empty for none.
std::string VectorId(const Json* vector) {
  if (vector == nullptr || !vector->is_object()) return "";
  return fmt::format("{}|{}|{}", TextMember(*vector, "storageType"),
                     TextMember(*vector, "pathOrInlineDv"), IntegerMember(*vector, "offset", -1));
}

/// Of the vector's text in the log.
std::string VectorId(const std::string& text) {
  if (text.empty()) return "";
  const Result<Json> vector = ParseObject(text);
  return vector.ok() ? VectorId(&*vector) : "";
}

}  // namespace

Status LogReplay::ApplyCommit(int64_t version, std::string_view text) {
  snapshot_.version_ = version;
  return ForEachLine(CommitName(version), text,
                     [this](std::string_view line) { return ApplyLine(line); });
}

Status LogReplay::ApplyCheckpoint(int64_t version, std::string_view name,
                                  const std::vector<std::string>& rows) {
  snapshot_.version_ = version;
  for (size_t row = 0; row < rows.size(); ++row) {
    if (Status status = ApplyLine(rows[row]); !status.ok()) {
      return MakeError(status.error().kind, "{}: row {}: {}", name, row + 1,
                       status.error().message);
    }
  }
  return {};
}

Status LogReplay::ApplyLine(std::string_view line) {
  CADENZA_ASSIGN(const Json actions, ParseObject(line));
  // A row of a checkpoint has a column for each kind, all null but one.
  for (const auto& [kind, action] : actions.items()) {
    if (action.is_object()) CADENZA_TRY(ApplyAction(kind, action));
  }
  return {};
}

Status LogReplay::ApplyAction(const std::string& kind, const Json& action) {
  if (kind == "add") return ApplyFile(action);
  if (kind == "remove") return ApplyRemoval(action);
  if (kind == "metaData") return ApplyMetadata(action);
  if (kind == "sidecar") {
    return MakeError(ErrorKind::kInput,
                     "a V2 checkpoint, whose files stand in sidecars, needs the reader feature "
                     "v2Checkpoint");
  }
  if (kind == "protocol") snapshot_.protocol_json_ = ToText(action);
  if (kind == "txn") {
    snapshot_.transactions_[TextMember(action, "appId")] = ToText(Json{{"txn", action}});
  }
  return {};
}

Status LogReplay::ApplyFile(const Json& add) {
  CADENZA_ASSIGN(AddFile file, AddFileFromJson(add));
  snapshot_.tombstones_.erase(file.path);
  std::string path = file.path;
  snapshot_.files_.insert_or_assign(std::move(path), std::move(file));
  return {};
}

Status LogReplay::ApplyRemoval(const Json& remove) {
  CADENZA_ASSIGN(std::string path, PathFromJson(remove));
  // A file under another deletion vector is another file: the one with it may stand before the
  // removal of the one without.
  const auto found = snapshot_.files_.find(path);
  if (found != snapshot_.files_.end() &&
      VectorId(found->second.deletion_vector) == VectorId(FindMember(remove, "deletionVector"))) {
    snapshot_.files_.erase(found);
  }
  Json kept = remove;
  // The rows of a checkpoint describe a state, not a change.
  kept["dataChange"] = false;
  snapshot_.tombstones_.insert_or_assign(
      std::move(path), Snapshot::Tombstone{IntegerMember(remove, "deletionTimestamp"),
                                           ToText(Json{{"remove", std::move(kept)}})});
  return {};
}

Status LogReplay::ApplyMetadata(const Json& metadata) {
  CADENZA_ASSIGN(snapshot_.schema_, SchemaFromJson(TextMember(metadata, "schemaString")));
  snapshot_.metadata_json_ = ToText(metadata);
  snapshot_.partition_columns_ = TextListMember(metadata, "partitionColumns");
  snapshot_.configuration_ = TextMapMember(metadata, "configuration");
  return {};
}

Result<Protocol> LogReplay::FoundProtocol() const {
  if (snapshot_.protocol_json_.empty()) {
    return MakeError(ErrorKind::kInput, "the log holds no protocol up to version {}", version());
  }
  if (snapshot_.metadata_json_.empty()) {
    return MakeError(ErrorKind::kInput, "the log holds no metaData up to version {}", version());
  }
  CADENZA_ASSIGN(const Json json, ParseObject(snapshot_.protocol_json_));
  return ProtocolFromJson(json);
}

Result<Snapshot> LogReplay::Finish() && {
  CADENZA_ASSIGN(const Protocol protocol, FoundProtocol());
  if (protocol.min_reader_version > kReaderVersionMax) return NewerReader(protocol);
  return std::move(snapshot_);
}

Result<Snapshot> LogReplay::FinishForReading() && {
  CADENZA_ASSIGN(const Protocol protocol, FoundProtocol());
  const bool known = std::ranges::all_of(protocol.reader_features, [](const std::string& feature) {
    return std::ranges::count(kFeaturesToRead, feature) > 0;
  });
  const auto mode = snapshot_.configuration_.find("delta.columnMapping.mode");
  const bool mapped = mode != snapshot_.configuration_.end() && LowerAscii(mode->second) != "none";
  const bool masked = std::ranges::any_of(
      snapshot_.files_, [](const auto& entry) { return !entry.second.deletion_vector.empty(); });
  if (protocol.min_reader_version > 3 || !known || mapped || masked) return NewerReader(protocol);
  return std::move(snapshot_);
}

}  // namespace cadenza::delta

#include "delta/transaction.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/unique_id.h"
#include "delta/action_json.h"
#include "delta/commit_race.h"
#include "delta/log_file.h"
#include "delta/log_replay.h"
#include "delta/system_time.h"

namespace cadenza::delta {
namespace {

constexpr int64_t kReaderVersion = 1;
constexpr int64_t kWriterVersion = 2;
constexpr std::string_view kEngineInfo = "Cadenza/" CADENZA_VERSION;

/// Other types, such as timestamp_ntz, need table features, which writer version 2 has not.
bool IsKnownType(const std::string& type) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "string", "long",    "integer", "short", "byte",     "double",
      "float",  "boolean", "binary",  "date",  "timestamp"};
  const bool named = std::find(kNames.begin(), kNames.end(), type) != kNames.end();
  return named || type.starts_with("decimal(") || type.starts_with('{');
}

Json StringObject(const std::map<std::string, std::string>& members) {
  Json object = Json::object();
  for (const auto& [key, value] : members) object[key] = value;
  return object;
}

std::string CommitInfoAction(const CommitOptions& options, int64_t now_ms,
                             const std::string& transaction_id, bool blind_append,
                             int64_t read_version) {
  nlohmann::ordered_json info = {
      {"timestamp", now_ms},
      {"operation", options.operation},
      {"operationParameters", StringObject(options.operation_parameters)},
  };
  if (read_version >= 0) info["readVersion"] = read_version;
  info["isBlindAppend"] = blind_append;
  if (!options.operation_metrics.empty()) {
    for (const auto& [key, value] : options.operation_metrics) {
      info["operationMetrics"][key] = std::to_string(value);
    }
  }
  info["engineInfo"] = kEngineInfo;
  info["txnId"] = transaction_id;
  for (const auto& [key, value] : options.tags) info.emplace(key, value);
  return nlohmann::ordered_json{{"commitInfo", std::move(info)}}.dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Transaction Transaction::Create(Schema schema, std::vector<std::string> partition_columns,
                                std::map<std::string, std::string> configuration) {
  Transaction transaction;
  transaction.creates_ = true;
  transaction.schema_changed_ = true;
  Snapshot& table = transaction.base_;
  table.protocol_json_ =
      ToText(Json{{"minReaderVersion", kReaderVersion}, {"minWriterVersion", kWriterVersion}});
  table.metadata_json_ =
      ToText(Json{{"id", UniqueId()},
                  {"format", {{"provider", "parquet"}, {"options", Json::object()}}},
                  {"partitionColumns", partition_columns},
                  {"configuration", StringObject(configuration)}});
  table.schema_ = std::move(schema);
  table.partition_columns_ = std::move(partition_columns);
  table.configuration_ = std::move(configuration);
  return transaction;
}

Transaction Transaction::On(Snapshot base) {
  Transaction transaction;
  transaction.base_ = std::move(base);
  return transaction;
}

Status Transaction::AddColumns(const std::vector<Field>& fields) {
  Schema schema = base_.schema_;
  for (const Field& field : fields) {
    // Delta compares names without case, and two that differ in nothing else would clash.
    const auto same = std::find_if(
        schema.fields.begin(), schema.fields.end(),
        [&](const Field& old) { return LowerAscii(old.name) == LowerAscii(field.name); });
    if (same == schema.fields.end()) {
      schema.fields.push_back(field);
      schema.fields.back().nullable = true;  // the rows that are there have no value
    } else if (same->name != field.name) {
      return MakeError(ErrorKind::kInput, "column {} differs only by case from the new {}",
                       same->name, field.name);
    } else if (same->type != field.type) {
      return MakeError(ErrorKind::kInput, "column {} is there as {}, so not as {}", field.name,
                       same->type, field.type);
    }
  }
  if (schema.fields.size() != base_.schema_.fields.size()) {
    schema_changed_ = true;
    base_.configuration_[kColumnsAdded] = "true";
  }
  base_.schema_ = std::move(schema);
  return {};
}

void Transaction::Repartition(std::vector<std::string> columns) {
  if (columns == base_.partition_columns_) return;
  base_.partition_columns_ = std::move(columns);
  schema_changed_ = repartitioned_ = true;
}

void Transaction::Add(AddFile file) { adds_.push_back(std::move(file)); }

void Transaction::Remove(const std::string& path) { removes_.push_back(path); }

Status Transaction::CheckTable() const {
  CADENZA_ASSIGN(const Json json, ParseObject(base_.protocol_json_));
  const Protocol protocol = ProtocolFromJson(json);
  if (protocol.min_writer_version > kWriterVersion) {
    return MakeError(
        ErrorKind::kInput, "the table needs writer version {}, Cadenza has {}; its features: {}",
        protocol.min_writer_version, kWriterVersion, fmt::join(protocol.writer_features, ", "));
  }
  if (base_.is_append_only() && data_change_ && !removes_.empty()) {
    return MakeError(ErrorKind::kInput, "the table is append-only, so this cannot go: {}",
                     removes_.front());
  }
  return {};
}

Status Transaction::CheckSchema() const {
  for (const Field& field : base_.schema_.fields) {
    // A quoted key only looks like this in JSON text when it is one, at whatever depth.
    constexpr std::string_view kInvariants = "\"delta.invariants\"";
    const bool checked = field.metadata.find(kInvariants) != std::string::npos ||
                         field.type.find(kInvariants) != std::string::npos;
    if (checked && !adds_.empty()) {
      return MakeError(ErrorKind::kInput, "Cadenza cannot check the invariant of column {}",
                       field.name);
    }
    if (schema_changed_ && !IsKnownType(field.type)) {
      return MakeError(ErrorKind::kInput, "column {}: no type of writer version {}: {}", field.name,
                       kWriterVersion, field.type);
    }
  }
  for (const std::string& column : base_.partition_columns_) {
    if (base_.schema_.Find(column) == nullptr) {
      return MakeError(ErrorKind::kInput, "no column for the partition: {}", column);
    }
  }
  return {};
}

Status Transaction::CheckFiles() const {
  std::unordered_set<std::string_view> paths;
  for (const std::string& path : removes_) {
    if (!base_.files_.contains(path)) {
      return MakeError(ErrorKind::kInput, "version {} has no such file to remove: {}",
                       base_.version_, path);
    }
    paths.insert(path);
  }
  if (repartitioned_ && paths.size() != base_.files_.size()) {
    return MakeError(ErrorKind::kInput,
                     "only a table of which all files are replaced can be partitioned by ({})",
                     fmt::join(base_.partition_columns_, ", "));
  }
  for (const AddFile& file : adds_) {
    // Readers may apply the actions of one commit in any order.
    if (!paths.insert(file.path).second) {
      return MakeError(ErrorKind::kInput, "one commit holds the path twice: {}", file.path);
    }
    bool partitioned = file.partition_values.size() == base_.partition_columns_.size();
    for (const std::string& column : base_.partition_columns_) {
      partitioned = partitioned && file.partition_values.contains(column);
    }
    if (!partitioned) {
      return MakeError(ErrorKind::kInput, "values are not those of the partition columns {}: {}",
                       fmt::join(base_.partition_columns_, ", "), file.path);
    }
  }
  return {};
}

std::string Transaction::CommitText(const CommitOptions& options, int64_t now_ms,
                                    const std::string& transaction_id) const {
  const bool blind_append = options.scope == ReadScope::kNothing && removes_.empty();
  std::string text =
      CommitInfoAction(options, now_ms, transaction_id, blind_append, base_.version_) + "\n";
  if (options.app_version) {
    const auto& [app_id, version] = *options.app_version;
    text += TransactionAction(app_id, version, now_ms) + "\n";
  }
  for (const auto& [app_id, version] : options.also_recorded) {
    text += TransactionAction(app_id, version, now_ms) + "\n";
  }
  if (creates_) text += fmt::format("{{\"protocol\":{}}}\n", base_.protocol_json_);
  if (schema_changed_) {
    Json metadata = Json::parse(base_.metadata_json_, nullptr, /*allow_exceptions=*/false);
    metadata["schemaString"] = SchemaToJson(base_.schema_);
    metadata["partitionColumns"] = base_.partition_columns_;
    if (base_.configuration_.contains(kColumnsAdded)) {
      Json& properties = metadata["configuration"];
      if (!properties.is_object()) properties = Json::object();
      properties[kColumnsAdded] = "true";
    }
    if (creates_) metadata["createdTime"] = now_ms;
    text += ToText(Json{{"metaData", std::move(metadata)}}) + "\n";
  }
  std::unordered_set<std::string_view> removed;
  for (const std::string& path : removes_) {
    if (!removed.insert(path).second) continue;
    text += RemoveAction(base_.files_.at(path), now_ms, data_change_) + "\n";
  }
  for (const AddFile& file : adds_) text += AddAction(file, data_change_) + "\n";
  return text;
}

Result<CommitResult> Transaction::Commit(ObjectStore& table, CheckpointCodec* codec,
                                         const CommitOptions& options) {
  if (options.app_version) {
    const std::optional<int64_t> recorded = base_.TransactionVersion(options.app_version->first);
    if (recorded && *recorded >= options.app_version->second) {
      return CommitResult{.committed = false, .version = base_.version_};
    }
  }
  CADENZA_TRY(CheckTable());
  CADENZA_TRY(CheckSchema());
  CADENZA_TRY(CheckFiles());
  if (creates_) {
    // Version 0 alone tells nothing: old commits may have been cleaned up behind a checkpoint.
    CADENZA_ASSIGN(const LogListing log, ListLog(table));
    if (!log.empty()) {
      return MakeError(ErrorKind::kConflict, "there is a table already: {}", table.root());
    }
  }
  const int64_t now_ms = options.now_ms != 0 ? options.now_ms : SystemNowMs();
  const CommitClaim claim = {
      .scope = options.scope,
      .creates_table = creates_,
      .removed_paths = {removes_.begin(), removes_.end()},
      .app_version = options.app_version,
      .transaction_id = UniqueId(),
  };
  const std::string text = CommitText(options, now_ms, claim.transaction_id);
  CADENZA_ASSIGN(const CommitResult result, RaceForVersion(table, base_.version_, text, claim));
  const bool due = options.checkpoint_interval > 0 && result.version > 0 &&
                   result.version % options.checkpoint_interval == 0;
  if (result.committed && due && codec != nullptr) {
    WriteDueCheckpoint(table, *codec, text, result.version, now_ms);
  }
  return result;
}

/// The commit stands whether this works or not: a log without checkpoint is only slower to read,
/// and the next due one makes up for it.
void Transaction::WriteDueCheckpoint(ObjectStore& table, CheckpointCodec& codec,
                                     const std::string& text, int64_t version,
                                     int64_t now_ms) const {
  const auto snapshot = [&]() -> Result<Snapshot> {
    if (version != base_.version_ + 1) return Snapshot::Load(table, &codec, version);
    LogReplay replay(base_);
    CADENZA_TRY(replay.ApplyCommit(version, text));
    return std::move(replay).Finish();
  }();
  if (snapshot.ok()) static_cast<void>(WriteCheckpoint(table, codec, *snapshot, now_ms));
}

}  // namespace cadenza::delta

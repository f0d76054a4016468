#include "delta/mapped_partitions.h"

#include <algorithm>
#include <utility>

#include "delta/action_json.h"
#include "delta/log_file.h"
#include "delta/partition_value.h"

namespace cadenza::delta {
namespace {

constexpr const char* kPhysicalName = "delta.columnMapping.physicalName";

/// Goes through a log for nothing but the schema and the partition values of the files.
class PartitionReplay {
 public:
  PartitionReplay(ObjectStore& table, CheckpointCodec* codec) : table_(table), codec_(codec) {}

  Status ReadCheckpoint(const std::string& name) {
    CADENZA_ASSIGN(const std::string bytes, Fetch(name));
    if (name.ends_with(".json")) return ReadLines(name, bytes);
    const Result<std::vector<std::string>> rows = codec_->Decode(bytes);
    if (!rows.ok()) return MakeError(rows.error().kind, "{}: {}", name, rows.error().message);
    for (const std::string& row : *rows) CADENZA_TRY(Apply(row));
    for (const std::string& sidecar : std::exchange(sidecars_, {})) {
      CADENZA_TRY(ReadCheckpoint(fmt::format("{}/_sidecars/{}", kLogFolder, sidecar)));
    }
    return {};
  }

  Status ReadCommit(int64_t version) {
    const std::string name = CommitName(version);
    CADENZA_ASSIGN(const std::string text, Fetch(name));
    return ReadLines(name, text);
  }

  Result<MappedPartitions> Finish() {
    MappedPartitions found;
    std::vector<std::string> keys;
    CADENZA_ASSIGN(const Json schema, ParseObject(TextMember(metadata_, "schemaString")));
    const Json* fields = FindMember(schema, "fields");
    for (const std::string& column : TextListMember(metadata_, "partitionColumns")) {
      keys.push_back(fields ? KeyOf(*fields, column) : column);
      found.columns.push_back(column);
    }
    if (keys == found.columns) return MappedPartitions{};
    for (const AddFile& file : files_) {
      MappedPartitions::Values& values = found.files[file.path];
      values.clear();
      for (const std::string& key : keys) {
        values.push_back(PartitionValue(file.partition_values, key));
      }
    }
    return found;
  }

 private:
  Result<std::string> Fetch(const std::string& name) {
    CADENZA_ASSIGN(std::optional<std::string> bytes, table_.Get(name));
    if (bytes) return std::move(*bytes);
    return MakeError(ErrorKind::kInput, "{}: the log has no {}", table_.root(), name);
  }

  Status ReadLines(const std::string& name, const std::string& text) {
    CADENZA_TRY(ForEachLine(name, text, [this](std::string_view line) { return Apply(line); }));
    for (const std::string& sidecar : std::exchange(sidecars_, {})) {
      CADENZA_TRY(ReadCheckpoint(fmt::format("{}/_sidecars/{}", kLogFolder, sidecar)));
    }
    return {};
  }

  Status Apply(std::string_view line) {
    CADENZA_ASSIGN(const Json actions, ParseObject(line));
    if (const Json* metadata = FindMember(actions, "metaData")) metadata_ = *metadata;
    if (const Json* sidecar = FindMember(actions, "sidecar")) {
      sidecars_.push_back(TextMember(*sidecar, "path"));
    }
    if (const Json* add = FindMember(actions, "add"); add && add->is_object()) {
      CADENZA_ASSIGN(AddFile file, AddFileFromJson(*add));
      file.stats.clear();
      files_.push_back(std::move(file));
    }
    return {};
  }

  static std::string KeyOf(const Json& fields, const std::string& column) {
    for (const Json& field : fields) {
      if (TextMember(field, "name") != column) continue;
      const Json* metadata = FindMember(field, "metadata");
      const std::string physical = metadata ? TextMember(*metadata, kPhysicalName) : "";
      if (!physical.empty()) return physical;
    }
    return column;
  }

  ObjectStore& table_;
  CheckpointCodec* codec_;
  Json metadata_;
  std::vector<AddFile> files_;
  std::vector<std::string> sidecars_;
};

}  // namespace

Result<MappedPartitions> ReadMappedPartitions(ObjectStore& table, CheckpointCodec* codec,
                                              int64_t version) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  PartitionReplay replay(table, codec);
  int64_t from = 0;
  std::vector<std::string> names;
  for (const CheckpointFiles& checkpoint : log.checkpoints) {
    if (checkpoint.version > version) continue;
    from = checkpoint.version + 1;
    names = checkpoint.names;
  }
  for (const auto& [of, name] : log.v2_checkpoints) {
    if (of > version || of < from) continue;
    from = of + 1;
    names = {name};
  }
  for (const std::string& name : names) CADENZA_TRY(replay.ReadCheckpoint(name));
  for (int64_t v = from; v <= version; ++v) CADENZA_TRY(replay.ReadCommit(v));
  return replay.Finish();
}

}  // namespace cadenza::delta

#include "delta/action_json.h"

#include "delta/path_encoding.h"

namespace cadenza::delta {
namespace {

/// {"day":"1","user":null}; written by hand, because a commit can add very many files.
std::string PartitionValuesJson(const AddFile& file) {
  std::string text = "{";
  for (const auto& [column, value] : file.partition_values) {
    if (text.size() > 1) text += ',';
    text += Quote(column);
    text += ':';
    text += value && !value->empty() ? Quote(*value) : "null";
  }
  return text + "}";
}

void AppendRawMember(std::string_view key, std::string_view json, std::string* text) {
  if (!json.empty()) *text += fmt::format(R"(,"{}":{})", key, json);
}

}  // namespace

std::string AddAction(const AddFile& file, bool data_change) {
  std::string text = fmt::format(
      R"({{"add":{{"path":{},"partitionValues":{},"size":{},"modificationTime":{},"dataChange":{})",
      Quote(EncodePath(file.path)), PartitionValuesJson(file), file.size_bytes, file.modified_ms,
      data_change);
  if (!file.stats.empty()) AppendRawMember("stats", Quote(file.stats), &text);
  AppendRawMember("tags", file.tags, &text);
  AppendRawMember("deletionVector", file.deletion_vector, &text);
  return text + "}}";
}

std::string RemoveAction(const AddFile& file, int64_t deletion_ms, bool data_change) {
  std::string text = fmt::format(R"({{"remove":{{"path":{},"deletionTimestamp":{},"dataChange":{},)"
                                 R"("extendedFileMetadata":true,"partitionValues":{},"size":{})",
                                 Quote(EncodePath(file.path)), deletion_ms, data_change,
                                 PartitionValuesJson(file), file.size_bytes);
  AppendRawMember("tags", file.tags, &text);
  AppendRawMember("deletionVector", file.deletion_vector, &text);
  return text + "}}";
}

std::string ProtocolAction(const Protocol& protocol) {
  return fmt::format(R"({{"protocol":{{"minReaderVersion":{},"minWriterVersion":{}}}}})",
                     protocol.min_reader_version, protocol.min_writer_version);
}

std::string TransactionAction(const std::string& app_id, int64_t version, int64_t now_ms) {
  return fmt::format(R"({{"txn":{{"appId":{},"version":{},"lastUpdated":{}}}}})", Quote(app_id),
                     version, now_ms);
}

Result<std::string> PathFromJson(const Json& action) {
  std::string path = TextMember(action, "path");
  if (path.empty()) {
    return MakeError(ErrorKind::kInput, "a file action without path: {}", ToText(action));
  }
  return DecodePath(path);
}

Result<AddFile> AddFileFromJson(const Json& add) {
  AddFile file;
  CADENZA_ASSIGN(file.path, PathFromJson(add));
  if (const Json* values = FindMember(add, "partitionValues");
      values != nullptr && values->is_object()) {
    for (const auto& [column, value] : values->items()) file.partition_values[column];
    for (auto& [column, value] : TextMapMember(add, "partitionValues")) {
      if (!value.empty()) file.partition_values[column] = value;
    }
  }
  file.size_bytes = IntegerMember(add, "size");
  file.modified_ms = IntegerMember(add, "modificationTime");
  file.stats = TextMember(add, "stats");
  if (const Json* vector = FindMember(add, "deletionVector")) {
    file.deletion_vector = ToText(*vector);
  }
  if (const Json* tags = FindMember(add, "tags")) file.tags = ToText(*tags);
  return file;
}

Protocol ProtocolFromJson(const Json& protocol) {
  return {
      .min_reader_version = IntegerMember(protocol, "minReaderVersion"),
      .min_writer_version = IntegerMember(protocol, "minWriterVersion"),
      .reader_features = TextListMember(protocol, "readerFeatures"),
      .writer_features = TextListMember(protocol, "writerFeatures"),
  };
}

Status ForEachLine(std::string_view file_name, std::string_view text,
                   const std::function<Status(std::string_view line)>& visit) {
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (Status status = visit(line); !status.ok()) {
      return MakeError(status.error().kind, "{}:{}: {}", file_name, number, status.error().message);
    }
  }
  return {};
}

}  // namespace cadenza::delta

#include "share/table_lines.h"

#include <nlohmann/json.hpp>

#include "delta/path_encoding.h"
#include "share/recipients.h"

namespace cadenza::share {
namespace {

using Json = nlohmann::ordered_json;

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json PartitionValues(const delta::AddFile& file, bool null_as_empty) {
  Json values = Json::object();
  for (const auto& [name, value] : file.partition_values) {
    if (value)
      values[name] = *value;
    else if (null_as_empty)
      values[name] = "";
    else
      values[name] = nullptr;
  }
  return values;
}

Json ParquetFile(const delta::AddFile& file, const AddressOf& address, int64_t expires_ms) {
  Json json = {{"url", address(file.path)},
               {"id", Sha256Hex(file.path)},
               {"partitionValues", PartitionValues(file, true)},
               {"size", file.size_bytes}};
  if (!file.stats.empty()) json["stats"] = file.stats;
  json["expirationTimestamp"] = expires_ms;
  return json;
}

Json DeltaFile(const delta::AddFile& file, const AddressOf& address, int64_t expires_ms) {
  Json add = {{"path", address(file.path)},
              {"partitionValues", PartitionValues(file, false)},
              {"size", file.size_bytes},
              {"modificationTime", file.modified_ms},
              {"dataChange", true}};
  if (!file.stats.empty()) add["stats"] = file.stats;
  return {{"id", Sha256Hex(file.path)},
          {"expirationTimestamp", expires_ms},
          {"deltaSingleAction", {{"add", add}}}};
}

}  // namespace

std::string TableId(const lake::Model& model) {
  const std::string hex = Sha256Hex(model.layer + "." + model.name);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

std::string ProtocolLine(ResponseFormat format) {
  if (format == ResponseFormat::kParquet) return Line({{"protocol", {{"minReaderVersion", 1}}}});
  return Line(
      {{"protocol", {{"deltaProtocol", {{"minReaderVersion", 1}, {"minWriterVersion", 2}}}}}});
}

std::string MetadataLine(ResponseFormat format, const lake::Model& model,
                         const delta::Snapshot& snapshot) {
  int64_t size = 0;
  for (const auto& [path, file] : snapshot.files()) size += file.size_bytes;
  Json metadata = {{"id", TableId(model)},
                   {"name", model.name},
                   {"description", model.summary},
                   {"format", {{"provider", "parquet"}, {"options", Json::object()}}},
                   {"schemaString", delta::SchemaToJson(snapshot.schema())},
                   {"partitionColumns", snapshot.partition_columns()},
                   {"configuration", Json::object()}};
  if (format == ResponseFormat::kDelta) {
    metadata["createdTime"] = nullptr;
    return Line({{"metaData",
                  {{"deltaMetadata", metadata},
                   {"version", snapshot.version()},
                   {"size", size},
                   {"numFiles", snapshot.files().size()}}}});
  }
  metadata["size"] = size;
  metadata["numFiles"] = snapshot.files().size();
  return Line({{"metaData", metadata}});
}

std::string FileLine(ResponseFormat format, const delta::AddFile& file, const AddressOf& address,
                     int64_t expires_ms) {
  return Line(
      {{"file", format == ResponseFormat::kParquet ? ParquetFile(file, address, expires_ms)
                                                   : DeltaFile(file, address, expires_ms)}});
}

std::string AddedFileLine(ResponseFormat format, const AddedFile& added, const AddressOf& address,
                          int64_t expires_ms) {
  const bool is_parquet = format == ResponseFormat::kParquet;
  Json json = is_parquet ? ParquetFile(added.file, address, expires_ms)
                         : DeltaFile(added.file, address, expires_ms);
  json["version"] = added.version;
  json["timestamp"] = added.timestamp_ms;
  return Line({{is_parquet ? "add" : "file", json}});
}

std::string EndLine(int64_t expires_ms) {
  return Line({{"endStreamAction",
                {{"refreshToken", nullptr},
                 {"nextPageToken", nullptr},
                 {"minUrlExpirationTimestamp", expires_ms}}}});
}

}  // namespace cadenza::share

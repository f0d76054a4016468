#include "serve/share_answer.h"

#include <algorithm>

#include "base/digest.h"
#include "delta/schema.h"
#include "serve/share_file.h"

namespace cadenza::serve {
namespace {

using json = delta::Json;
using delta::ToText;

}  // namespace

http::Reply ShareRefusal(int status, const char* code, const std::string& message) {
  http::Reply reply = http::JsonReply(ToText({{"errorCode", code}, {"message", message}}));
  reply.status = status;
  return reply;
}

http::Reply ItemPage(const http::Request& request, const json& all) {
  const auto size = static_cast<int64_t>(all.size());
  const std::string token = request.Query("pageToken").value_or("");
  const auto begin = token.empty() ? 0 : ParseNumber(token);
  if (!begin || *begin > size) {
    return ShareRefusal(400, "INVALID_PARAMETER_VALUE", "this is no page token: " + token);
  }
  const auto most = request.Query("maxResults");
  const auto count = most ? ParseNumber(*most) : size;
  if (!count)
    return ShareRefusal(400, "INVALID_PARAMETER_VALUE", "maxResults is a number: " + *most);
  const int64_t end = *begin + std::min(*count, size - *begin);
  json answer{{"items", json(all.begin() + *begin, all.begin() + end)}};
  if (end < size) answer["nextPageToken"] = std::to_string(end);
  return http::JsonReply(ToText(answer));
}

http::Reply NoSuchShared(const char* what, const std::string& name) {
  return ShareRefusal(404, "RESOURCE_DOES_NOT_EXIST", fmt::format("no such {}: {}", what, name));
}

std::string ShareId(const std::string& name) { return ToHex(Sha256(name)).substr(0, 32); }

json ShareJson() { return {{"name", kShare}, {"id", ShareId(kShare)}}; }

bool WantsDelta(const http::Request& request) {
  const std::string asked = request.Header("delta-sharing-capabilities");
  const size_t format = asked.find("responseformat=");
  if (format == std::string::npos) return false;
  const std::string formats = asked.substr(format, asked.find(';', format) - format);
  return formats.find("parquet") == std::string::npos && formats.find("delta") != std::string::npos;
}

bool WantsEnd(const http::Request& request) {
  return request.Header("delta-sharing-capabilities").find("includeendstreamaction=true") !=
         std::string::npos;
}

http::Reply WithVersion(http::Reply reply, const SharedTable& table) {
  reply.headers.emplace_back("Delta-Table-Version", std::to_string(table.version()));
  return reply;
}

http::Reply ShareLines(const http::Request& request, Result<std::string> lines,
                       const SharedTable& table) {
  if (!lines.ok()) {
    const ErrorKind kind = lines.error().kind;
    return kind == ErrorKind::kInput || kind == ErrorKind::kUsage
               ? ShareRefusal(400, "INVALID_PARAMETER_VALUE", lines.error().message)
               : http::ErrorReply(lines.error());
  }
  http::Reply reply = WithVersion(http::TextReply(200, std::move(*lines), kShareLines), table);
  reply.headers.emplace_back(
      "delta-sharing-capabilities",
      fmt::format("responseformat={}{}", WantsDelta(request) ? "delta" : "parquet",
                  WantsEnd(request) ? ";includeendstreamaction=true" : ""));
  return reply;
}

Result<std::string> ShareHeadLines(const http::Request& request, const SharedTable& table) {
  CADENZA_ASSIGN(const delta::Schema schema, lake::DeltaSchema(table.state.columns));
  json about{{"id", ShareId(SharedName(*table.model))},
             {"name", table.model->name},
             {"description", table.model->summary},
             {"format", {{"provider", "parquet"}}},
             {"schemaString", delta::SchemaToJson(schema)},
             {"partitionColumns", table.state.partition_columns},
             {"configuration", json::object()}};
  json protocol{{"minReaderVersion", 1}};
  if (WantsDelta(request)) {
    about["format"]["options"] = json::object();
    about = {{"deltaMetadata", std::move(about)}};
    protocol["minWriterVersion"] = 2;
    protocol = {{"deltaProtocol", std::move(protocol)}};
  }
  about["version"] = table.version();
  about["size"] = table.state.size_bytes();
  about["numFiles"] = table.state.files.size();
  return ToText({{"protocol", protocol}}) + "\n" + ToText({{"metaData", about}}) + "\n";
}

}  // namespace cadenza::serve

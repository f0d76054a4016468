#include "share/table_query.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "lake/lake.h"
#include "share/pruning.h"

namespace cadenza::share {
namespace {

using nlohmann::json;

std::optional<int64_t> WholeNumber(std::string_view text) {
  int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

/// delta-sharing-capabilities: responseformat=delta,parquet;includeendstreamaction=true
Status ReadCapabilities(const std::string& header, QueryWish* wish) {
  std::string text = header;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  std::erase(text, ' ');
  wish->has_capabilities = !text.empty();
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string_view value = part.substr(std::min(part.find('=') + 1, part.size()));
    if (part.starts_with("responseformat=")) {
      const bool parquet = value.find("parquet") != value.npos,
                 delta = value.find("delta") != value.npos;
      if (!parquet && !delta)
        return MakeError(ErrorKind::kUsage, "responseformat is parquet or delta: {}", value);
      wish->format = parquet ? ResponseFormat::kParquet : ResponseFormat::kDelta;
    }
    if (part.starts_with("includeendstreamaction=")) wish->wants_end = value == "true";
    if (part.starts_with("asyncquery=") && value == "true") {
      return MakeError(ErrorKind::kUsage,
                       "asynchronous queries are not supported: ask without asyncquery");
    }
  }
  return {};
}

Result<std::optional<int64_t>> NumberMember(const json& body, const char* name) {
  if (!body.contains(name) || body[name].is_null()) return std::optional<int64_t>();
  if (!body[name].is_number_integer() || body[name].get<int64_t>() < 0) {
    return MakeError(ErrorKind::kUsage, "{} is a whole number, not: {}", name, body[name].dump());
  }
  return std::optional(body[name].get<int64_t>());
}

}  // namespace

Result<QueryWish> ReadWish(const http::Request& request, const std::string& body) {
  QueryWish wish;
  CADENZA_TRY(ReadCapabilities(request.Header("delta-sharing-capabilities"), &wish));
  if (const auto version = request.Query("version")) {
    wish.version = WholeNumber(*version);
    if (!wish.version)
      return MakeError(ErrorKind::kUsage, "version is a whole number, not: {}", *version);
  }
  wish.timestamp = request.Query("timestamp").value_or("");
  if (body.empty()) return wish;
  const json asked = json::parse(body, nullptr, false);
  if (!asked.is_object()) return MakeError(ErrorKind::kUsage, "the body is no JSON object");
  CADENZA_ASSIGN(wish.version, NumberMember(asked, "version"));
  CADENZA_ASSIGN(wish.limit, NumberMember(asked, "limitHint"));
  if (asked.contains("timestamp") && asked["timestamp"].is_string())
    wish.timestamp = asked["timestamp"];
  if (asked.contains("jsonPredicateHints") && asked["jsonPredicateHints"].is_string())
    wish.predicate = asked["jsonPredicateHints"];
  if (asked.contains("startingVersion") && !asked["startingVersion"].is_null()) {
    return MakeError(ErrorKind::kUsage,
                     "streams (startingVersion in a query) are not supported: ask for changes");
  }
  return wish;
}

std::vector<delta::AddFile> WantedFiles(const delta::Snapshot& snapshot, const QueryWish& wish) {
  const json predicate = json::parse(wish.predicate, nullptr, false);
  std::vector<delta::AddFile> wanted;
  int64_t rows = 0;
  for (const auto& [path, file] : snapshot.files()) {
    if (wish.limit && rows >= *wish.limit) break;
    if (predicate.is_object() && CanSkip(file, predicate)) continue;
    wanted.push_back(file);
    rows += lake::RowsOf(file);
  }
  return wanted;
}

Result<PageWish> ReadPage(const http::Request& request) {
  PageWish wish;
  if (const auto count = request.Query("maxResults")) {
    const auto number = WholeNumber(*count);
    if (!number)
      return MakeError(ErrorKind::kUsage, "maxResults is a whole number, not: {}", *count);
    wish.count = static_cast<size_t>(std::clamp<int64_t>(*number, 1, 10'000));
  }
  const std::string token = request.Query("pageToken").value_or("");
  if (token.empty()) return wish;
  const auto first = WholeNumber(token);
  if (!first) return MakeError(ErrorKind::kUsage, "this pageToken is none of ours: {}", token);
  wish.first = static_cast<size_t>(*first);
  return wish;
}

}  // namespace cadenza::share

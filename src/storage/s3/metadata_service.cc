// Credentials that AWS lends to its machines and containers, over HTTP on a local address.

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/utc_time.h"
#include "storage/s3/credentials.h"

namespace cadenza::s3 {
namespace {

using nlohmann::json;

constexpr int64_t kTimeLimitMs = 2000;
constexpr const char* kContainerHost = "http://169.254.170.2";

Result<HttpResponse> Ask(HttpCaller* http, const HttpRequest& request) {
  HttpResponse response;
  HttpFailure failure;
  HttpRequest limited = request;
  limited.time_limit_ms = kTimeLimitMs;
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    const bool answered = http->Call(limited, &response, &failure);
    if (answered && response.status == 200) return response;
    if (attempt < kAttempts && (!answered || response.status >= 500)) continue;
    return MakeError(ErrorKind::kIo, "no credentials from the metadata service ({}): {}",
                     answered ? fmt::format("status {}", response.status) : failure.reason,
                     request.url);
  }
}

Result<Credentials> ParseAnswer(const std::string& body, const std::string& origin) {
  const json answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto text = [&](const char* key) -> std::string {
    if (!answer.is_object() || !answer.contains(key) || !answer[key].is_string()) return "";
    return answer[key].get<std::string>();
  };
  Credentials found = {.access_key_id = text("AccessKeyId"),
                       .secret_access_key = text("SecretAccessKey"),
                       .session_token = text("Token"),
                       .expires_ms = ParseUtcMs(text("Expiration")).value_or(0),
                       .origin = origin};
  if (!found.access_key_id.empty() && !found.secret_access_key.empty()) return found;
  return MakeError(ErrorKind::kIo, "the answer holds no credentials: {}", origin);
}

/// The token must not go to whoever an environment variable names: https, or this machine.
bool MayBeAsked(const std::string& url) {
  if (url.starts_with("https://")) return true;
  for (const char* host : {"http://127.", "http://localhost", "http://[::1]",
                           "http://169.254.170.2", "http://[fd00:ec2::23]"}) {
    if (url.starts_with(host)) return true;
  }
  return false;
}

}  // namespace

Result<std::optional<Credentials>> AskContainer(HttpCaller* http) {
  HttpRequest request;
  if (const auto path = Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    request.url = kContainerHost + *path;
  } else if (const auto url = Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    request.url = *url;
  } else {
    return std::optional<Credentials>();
  }
  if (!MayBeAsked(request.url)) {
    return MakeError(ErrorKind::kUsage,
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor of this machine: {}",
                     request.url);
  }
  std::optional<std::string> token = Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const auto path = Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    std::ostringstream text;
    text << std::ifstream(*path, std::ios::binary).rdbuf();
    token = text.str();
  }
  if (token && token->find_first_of("\r\n") != std::string::npos) {
    token->resize(token->find_first_of("\r\n"));
  }
  if (token) request.headers.emplace_back("Authorization", *token);
  CADENZA_ASSIGN(const HttpResponse response, Ask(http, request));
  CADENZA_ASSIGN(Credentials found, ParseAnswer(response.body, "the container's metadata service"));
  return std::optional(std::move(found));
}

Result<Credentials> AskInstance(HttpCaller* http) {
  const std::string host =
      Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
  HttpRequest token;
  token.method = "PUT";
  token.url = host + "/latest/api/token";
  token.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  CADENZA_ASSIGN(const HttpResponse granted, Ask(http, token));
  HttpRequest request;
  request.headers.emplace_back("X-aws-ec2-metadata-token", granted.body);
  request.url = host + "/latest/meta-data/iam/security-credentials/";
  CADENZA_ASSIGN(const HttpResponse role, Ask(http, request));
  request.url += role.body.substr(0, role.body.find('\n'));
  CADENZA_ASSIGN(const HttpResponse response, Ask(http, request));
  return ParseAnswer(response.body, "the instance's metadata service");
}

}  // namespace cadenza::s3

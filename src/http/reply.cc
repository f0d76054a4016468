#include "http/reply.h"

#include <nlohmann/json.hpp>

namespace cadenza::http {

std::string Reply::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

Reply TextReply(int status, std::string text, std::string content_type) {
  Reply reply;
  reply.status = status;
  reply.content_type = std::move(content_type);
  reply.body = std::move(text);
  return reply;
}

Reply JsonReply(std::string json) { return TextReply(200, std::move(json), "application/json"); }

Reply ErrorReply(int status, const std::string& code, const std::string& message,
                 std::optional<int64_t> position) {
  const std::string json =
      fmt::format(R"({{"error":{{"code":{},"message":{},"position":{}}}}})", JsonText(code),
                  JsonText(message), position ? std::to_string(*position) : "null");
  return TextReply(status, json, "application/json");
}

Reply ErrorReply(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kInput:
      return ErrorReply(400, "bad_request", error.message);
    case ErrorKind::kNotFound:
      return ErrorReply(404, "not_found", error.message);
    case ErrorKind::kConflict:
      return ErrorReply(409, "conflict", error.message);
    case ErrorKind::kInterrupted:
      return LaterReply(503, "interrupted", error.message, 1);
    case ErrorKind::kIo:
    case ErrorKind::kInternal:
      break;
  }
  return ErrorReply(500, "failed", error.message);
}

Reply LaterReply(int status, const std::string& code, const std::string& message, int seconds) {
  Reply reply = ErrorReply(status, code, message);
  reply.headers.emplace_back("Retry-After", std::to_string(seconds));
  return reply;
}

std::string JsonText(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace cadenza::http

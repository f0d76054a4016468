#include "http/wire_message.h"

#include <algorithm>
#include <cctype>

namespace cadenza::http {

wire::response_header<> HeaderOf(const Reply& reply, unsigned version) {
  wire::response_header<> header;
  header.version(version);
  header.result(static_cast<unsigned>(reply.status));
  header.set(wire::field::content_type, reply.content_type);
  for (const auto& [name, value] : reply.headers) header.insert(name, value);
  return header;
}

std::optional<Reply> Objection(const Message& message) {
  const auto count = [&](wire::field field) { return message.count(field); };
  const bool is_chunked = count(wire::field::transfer_encoding) > 0;
  if (count(wire::field::content_length) > 1 ||
      (is_chunked && count(wire::field::content_length) > 0)) {
    return ErrorReply(400, "bad_request", "the length of the body is told twice");
  }
  if (count(wire::field::host) > 1 || (message.version() >= 11 && count(wire::field::host) == 0)) {
    return ErrorReply(400, "bad_request", "a request has one Host");
  }
  return std::nullopt;
}

Result<Request> RequestOf(Message message, const std::string& peer, bool is_encrypted) {
  Request request;
  CADENZA_ASSIGN(request.target, ParseTarget({message.target().data(), message.target().size()}));
  const bool is_head = message.method() == wire::verb::head;
  request.method = is_head ? "GET" : std::string(message.method_string());
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string& value = request.headers[name];
    if (!value.empty()) value += name == "cookie" ? "; " : ", ";
    value += std::string(field.value());
  }
  request.body = std::move(message.body());
  request.peer = peer;
  request.is_encrypted = is_encrypted;
  return request;
}

Reply RefusalOf(const beast::error_code& error) {
  if (error == wire::error::header_limit) {
    return ErrorReply(431, "headers_too_large", "the headers are too large");
  }
  if (error == wire::error::body_limit) {
    return ErrorReply(413, "body_too_large", "the body is too large");
  }
  return ErrorReply(400, "bad_request", "not HTTP: " + error.message());
}

bool IsHttpError(const beast::error_code& error) {
  return error.category() == wire::make_error_code(wire::error::bad_method).category() &&
         error != wire::error::end_of_stream && error != wire::error::partial_message;
}

}  // namespace cadenza::http

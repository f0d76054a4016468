#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "http/asio.h"
#include "http/reply.h"
#include "http/request.h"

namespace cadenza::http {

/// A request as the parser took it.
using Message = wire::request<wire::string_body>;

wire::response_header<> HeaderOf(const Reply& reply, unsigned version);
/// A reason to refuse a message that the parser took.
std::optional<Reply> Objection(const Message& message);
/// What handlers see of it. kInput for a target that is none.
Result<Request> RequestOf(Message message, const std::string& peer, bool is_encrypted);
/// The answer to what the parser did not take.
Reply RefusalOf(const beast::error_code& error);
/// What was sent is no HTTP; false: the connection ended or broke.
bool IsHttpError(const beast::error_code& error);

}  // namespace cadenza::http

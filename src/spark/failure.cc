#include "spark/failure.h"

#include <fmt/format.h>

#include "grpc_error.pb.h"

namespace cadenza::spark {

bool Failure::Is(std::string_view condition) const {
  return error_class.ends_with(condition) ||
         message.find(fmt::format(".{}]", condition)) != std::string::npos;
}

bool Failure::is_transient() const {
  if (Is("CURSOR.DISCONNECTED")) return true;
  if (is_from_spark()) return false;
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::ABORTED:
      return true;
    // How proxies and gRPC itself report a stream that was reset.
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNKNOWN:
      return message.find("RST_STREAM") != std::string::npos ||
             message.find("Stream removed") != std::string::npos;
    default:
      return false;
  }
}

Failure FailureOf(const grpc::Status& status) {
  Failure failure;
  failure.code = status.error_code();
  failure.message = status.error_message();
  grpc_error::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) {
    return failure;
  }
  for (const grpc_error::Packed& packed : details.details()) {
    grpc_error::ErrorInfo info;
    if (!packed.type_url().ends_with("/google.rpc.ErrorInfo")) continue;
    if (!info.ParseFromString(packed.value())) continue;
    const auto value = [&](const char* key) {
      const auto found = info.metadata().find(key);
      return found == info.metadata().end() ? std::string() : found->second;
    };
    failure.error_class = value("errorClass");
    if (failure.error_class.empty()) failure.error_class = info.reason();
    failure.sql_state = value("sqlState");
    failure.error_id = value("errorId");
  }
  return failure;
}

std::string TextOf(const Failure& failure) {
  std::string text = failure.message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (!failure.error_class.empty() && text.find(failure.error_class) == std::string::npos) {
    text = fmt::format("[{}] {}", failure.error_class, text);
  }
  if (!failure.sql_state.empty() && text.find("SQLSTATE") == std::string::npos) {
    text += " SQLSTATE: " + failure.sql_state;
  }
  return text;
}

}  // namespace cadenza::spark

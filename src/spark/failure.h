#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

namespace cadenza::spark {

/// Why a call failed: what gRPC says, and what Spark put into the status' details.
struct Failure {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;
  std::string error_class;  ///< e.g. TABLE_OR_VIEW_NOT_FOUND; empty: not from Spark
  std::string sql_state;
  std::string error_id;  ///< for FetchErrorDetails

  bool is_from_spark() const { return !error_class.empty() || !error_id.empty(); }
  /// True for INVALID_HANDLE.OPERATION_NOT_FOUND when asked for OPERATION_NOT_FOUND.
  bool Is(std::string_view condition) const;
  /// True when the network or the server's front failed, so that the same call may yet succeed.
  bool is_transient() const;
};

Failure FailureOf(const grpc::Status& status);

/// "[CLASS] message SQLSTATE: 12345": with what the message does not say itself.
std::string TextOf(const Failure& failure);

}  // namespace cadenza::spark

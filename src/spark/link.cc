#include "spark/link.h"

#include <grpc/support/log.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/unique_id.h"
#include "base/version.h"

namespace cadenza::spark {
namespace {

constexpr int kUnderWayBytes = 4 << 20;

std::shared_ptr<grpc::Channel> OpenChannel(const ConnectionString& connection) {
  // The library's own log would stand between the program's lines.
  if (!std::getenv("GRPC_VERBOSITY")) gpr_set_log_function([](gpr_log_func_args*) {});
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(connection.message_bytes_max);
  arguments.SetMaxSendMessageSize(connection.message_bytes_max);
  // Our own waits decide when to try again; the channel must not add minutes of its own.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 3000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  if (connection.is_local()) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // What is under way when a connection is cut has to be sent again, and the server keeps 10 MB of
  // what it sent. Left to itself the window grows beyond that.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kUnderWayBytes);
  const auto credentials = connection.use_tls ? grpc::SslCredentials(grpc::SslCredentialsOptions())
                                              : grpc::InsecureChannelCredentials();
  return grpc::CreateCustomChannel(connection.address(), credentials, arguments);
}

std::string UserOf(const ConnectionString& connection) {
  if (!connection.user_id.empty()) return connection.user_id;
  const char* user = std::getenv("USER");
  return user && *user ? user : "cadenza";
}

}  // namespace

bool Backoff::Wait() {
  using std::chrono::steady_clock;
  const double seconds = options_.retry.WaitBefore(++attempts_);
  if (seconds > seconds_left()) return false;
  const auto until = steady_clock::now() + std::chrono::duration<double>(seconds);
  while (steady_clock::now() < until) {
    if (options_.stop()) return true;  // the next attempt will notice
    std::this_thread::sleep_for(std::min(std::chrono::duration<double>(until - steady_clock::now()),
                                         std::chrono::duration<double>(0.05)));
  }
  return true;
}

void Backoff::Reset() {
  attempts_ = 0;
  begun_ = std::chrono::steady_clock::now();
}

double Backoff::seconds_left() const {
  const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begun_;
  return total_seconds_ - gone.count();
}

Link::Link(const ConnectionString& connection, SessionOptions options)
    : connection_(connection),
      options_(std::move(options)),
      session_(connection.session_id.empty() ? UniqueId() : connection.session_id),
      user_(UserOf(connection)),
      client_type_(fmt::format("{}cadenza/{} os/linux",
                               connection.user_agent.empty() ? "" : connection.user_agent + " ",
                               kVersion)),
      channel_(OpenChannel(connection)),
      stub_(connect::SparkConnectService::NewStub(channel_)) {}

std::unique_ptr<grpc::ClientContext> Link::NewContext() const {
  auto context = std::make_unique<grpc::ClientContext>();
  if (!connection_.token.empty()) {
    context->AddMetadata("authorization", "Bearer " + connection_.token);
  }
  for (const auto& [name, value] : connection_.headers) context->AddMetadata(name, value);
  return context;
}

Error Link::Interrupted() const { return MakeError(ErrorKind::kInterrupted, "interrupted"); }

Error Link::ErrorOf(const Failure& original, CallWait::End end) {
  const std::string where = connection_.address();
  Failure failure = original;
  if (failure.is_from_spark()) {
    FetchDetails(&failure);
    if (failure.Is("SESSION_NOT_FOUND") || failure.Is("SESSION_CHANGED") ||
        failure.Is("SESSION_CLOSED")) {
      return MakeError(ErrorKind::kIo,
                       "the Spark server {} was restarted, or ended the session; what ran then may "
                       "or may not have been done: {}",
                       where, TextOf(failure));
    }
    return Error{ErrorKind::kInput, TextOf(failure)};
  }
  switch (failure.code) {
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return MakeError(ErrorKind::kInput, "the Spark server {} refuses {}: {}", where,
                       connection_.token.empty() ? "who comes without a token" : "the token",
                       failure.message);
    case grpc::StatusCode::UNIMPLEMENTED:
      return MakeError(ErrorKind::kInput, "{} answers, but not as a Spark Connect server: {}",
                       where, failure.message);
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return MakeError(ErrorKind::kInput,
                       "an answer of the Spark server {} is too large (raise "
                       "grpc_max_message_size in its address): {}",
                       where, failure.message);
    default:
      break;
  }
  if (!failure.is_transient()) return Error{ErrorKind::kInput, TextOf(failure)};
  if (end == CallWait::End::kSilent) failure.message = "no answer";
  // gRPC: failed to connect to all addresses; last error: UNKNOWN: ipv4:…: Connection refused
  if (failure.message.starts_with("failed to connect to all addresses")) {
    const size_t last = failure.message.rfind(": ");
    return MakeError(ErrorKind::kIo, "cannot reach the Spark server ({}): {}",
                     last == std::string::npos ? failure.message : failure.message.substr(last + 2),
                     where);
  }
  return MakeError(ErrorKind::kIo, "{} the Spark server {}: {}",
                   in_contact_ ? "lost" : "cannot reach", where, failure.message);
}

/// Statuses cut long messages; the whole text is asked for.
void Link::FetchDetails(Failure* failure) {
  if (failure->error_id.empty()) return;
  connect::FetchErrorDetailsRequest request;
  request.set_error_id(failure->error_id);
  connect::FetchErrorDetailsResponse response;
  Tell(&connect::SparkConnectService::Stub::PrepareAsyncFetchErrorDetails, request, &response);
  const int root = response.has_root_error_idx() ? response.root_error_idx() : 0;
  if (root < 0 || root >= response.errors_size()) return;
  const auto& error = response.errors(root);
  if (!error.message().empty()) failure->message = error.message();
  if (!error.has_spark_throwable()) return;
  const auto& thrown = error.spark_throwable();
  if (thrown.has_error_class()) failure->error_class = thrown.error_class();
  if (thrown.has_sql_state()) failure->sql_state = thrown.sql_state();
}

}  // namespace cadenza::spark

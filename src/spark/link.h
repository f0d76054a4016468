#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "spark/call_wait.h"
#include "spark/failure.h"
#include "spark/session.h"
#include "spark_connect.grpc.pb.h"

namespace cadenza::spark {

namespace connect = ::spark::connect;

/// The waits between attempts, until the time is over or the user stops.
class Backoff {
 public:
  Backoff(const SessionOptions& options, double total_seconds)
      : options_(options), total_seconds_(total_seconds) {}
  /// False: no further attempt.
  bool Wait();
  /// There was an answer: the time begins anew.
  void Reset();
  double seconds_left() const;

 private:
  const SessionOptions& options_;
  double total_seconds_;
  int attempts_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// The channel to a server with all that each call carries: session, user, token, headers.
class Link {
 public:
  Link(const ConnectionString& connection, SessionOptions options);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  const ConnectionString& connection() const { return connection_; }
  const SessionOptions& options() const { return options_; }
  connect::SparkConnectService::Stub& stub() { return *stub_; }
  /// From now on a server that was restarted says so, instead of beginning a new session.
  void Observe(const std::string& server_session) { server_session_ = server_session; }

  std::unique_ptr<grpc::ClientContext> NewContext() const;

  template <class Request>
  void Sign(Request* request) const {
    request->set_session_id(session_);
    request->mutable_user_context()->set_user_id(user_);
    request->mutable_user_context()->set_user_name(user_);
    request->set_client_type(client_type_);
    if constexpr (requires { request->client_observed_server_side_session_id(); }) {
      if (!server_session_.empty()) {
        request->set_client_observed_server_side_session_id(server_session_);
      }
    }
  }

  template <class Request, class Response>
  using Prepare = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (
      connect::SparkConnectService::Stub::*)(grpc::ClientContext*, const Request&,
                                             grpc::CompletionQueue*);

  /// A call with one answer, tried until it succeeds, fails for good, or the time is over.
  template <class Request, class Response>
  Status Call(Prepare<Request, Response> prepare, Request request, Response* response) {
    Sign(&request);
    const RetryPolicy& retry = options_.retry;
    Backoff backoff(options_, in_contact_ ? retry.total_seconds : retry.contact_seconds);
    while (true) {
      const double silence = in_contact_ ? retry.idle_seconds : backoff.seconds_left();
      CallWait::End end = CallWait::End::kStep;
      const grpc::Status status = Once(prepare, request, response, silence, true, &end);
      if (status.ok()) {
        in_contact_ = true;
        return {};
      }
      if (end == CallWait::End::kStopped) return Interrupted();
      const Failure failure = FailureOf(status);
      if (!failure.is_transient() || !backoff.Wait()) return ErrorOf(failure, end);
    }
  }

  /// One attempt of which no answer is needed: to tidy up behind an operation.
  template <class Request, class Response>
  void Tell(Prepare<Request, Response> prepare, Request request, Response* response) {
    constexpr double kSeconds = 3;
    Sign(&request);
    CallWait::End end = CallWait::End::kStep;
    static_cast<void>(Once(prepare, request, response, kSeconds, false, &end));
  }

  /// As the user sees it, with the server's details where there are some.
  Error ErrorOf(const Failure& failure, CallWait::End end);
  Error Interrupted() const;

 private:
  template <class Request, class Response>
  grpc::Status Once(Prepare<Request, Response> prepare, const Request& request, Response* response,
                    double silence_seconds, bool stoppable, CallWait::End* end) {
    const auto context = NewContext();
    CallWait wait(context.get(), stoppable ? &options_.stop : nullptr, silence_seconds);
    auto call = ((*stub_).*prepare)(context.get(), request, wait.queue());
    grpc::Status status;
    call->StartCall();
    call->Finish(response, &status, this);
    wait.Step();
    *end = wait.end();
    return status;
  }
  void FetchDetails(Failure* failure);

  ConnectionString connection_;
  SessionOptions options_;
  std::string session_, user_, client_type_, server_session_;
  bool in_contact_ = false;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<connect::SparkConnectService::Stub> stub_;
};

}  // namespace cadenza::spark

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "spark/link.h"

namespace cadenza::spark {

/// A plan that runs on the server, until the server has said ResultComplete: the end of a stream
/// means nothing. A cut connection is taken up again behind the last answer. Before the first one
/// the server is asked whether it knows the operation; only when it does not is the plan sent
/// again, under the same id, which a server takes once. Where the session is gone nothing is sent
/// again.
class Operation {
 public:
  /// Nothing is sent before the first Next().
  Operation(Link* link, const connect::Plan& plan);
  ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// The next answer that was not there before; false at the end. Progress is passed on.
  Result<bool> Next(connect::ExecutePlanResponse* response);

 private:
  class Stream;

  void Connect();
  /// What to do about a stream that ended: go on, or an error.
  Status OnEnd(const grpc::Status& status, CallWait::End end);
  Status OnFailure(const Failure& failure, CallWait::End end);
  bool IsNew(const connect::ExecutePlanResponse& response);
  void Report(const connect::ExecutePlanResponse::ExecutionProgress& progress) const;
  Error Stop();
  void Release();

  Link* link_;
  connect::ExecutePlanRequest request_;
  Backoff backoff_;
  std::unique_ptr<Stream> stream_;
  std::string last_response_;
  std::unordered_set<std::string> seen_;
  bool sent_ = false;      ///< the plan may be at the server
  bool resend_ = false;    ///< the server does not know the operation
  bool complete_ = false;  ///< over, whether well or not
};

/// Runs a plan to its end and hands on its answers.
Status RunThrough(
    Link* link, const connect::Plan& plan,
    const std::function<void(const connect::ExecutePlanResponse&)>& on_response = [](const auto&) {
    });

}  // namespace cadenza::spark

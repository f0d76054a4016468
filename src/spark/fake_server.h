#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "grpc_error.pb.h"
#include "spark/session.h"
#include "spark_connect.grpc.pb.h"

namespace cadenza::spark {

/// A Spark Connect server for tests, on 127.0.0.1 in this process: it keeps operations as the real
/// one does, and fails where the test says.
class FakeServer : public ::spark::connect::SparkConnectService::Service {
 public:
  using Context = grpc::ServerContext;

  FakeServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  static grpc::Status SparkError(const std::string& error_class, const std::string& message,
                                 const std::string& error_id = "") {
    grpc_error::ErrorInfo info;
    (*info.mutable_metadata())["errorClass"] = error_class;
    (*info.mutable_metadata())["sqlState"] = "HY000";
    if (!error_id.empty()) (*info.mutable_metadata())["errorId"] = error_id;
    grpc_error::Status status;
    grpc_error::Packed* packed = status.add_details();
    packed->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
    packed->set_value(info.SerializeAsString());
    return {grpc::StatusCode::INTERNAL, message, status.SerializeAsString()};
  }
  static grpc::Status Cut() { return {grpc::StatusCode::UNAVAILABLE, "Socket closed"}; }

  // What the test sets.
  std::string version = "4.2.1";
  int messages = 5;  ///< before ResultComplete
  /// Asked before the answer of this index goes out in this stream (from 0); a status ends it.
  std::function<std::optional<grpc::Status>(int stream, int index)> fault =
      [](int, int) -> std::optional<grpc::Status> { return std::nullopt; };
  /// Fills the first answer to a plan, in place of rows, where it returns true.
  std::function<bool(const ::spark::connect::Plan&, ::spark::connect::ExecutePlanResponse*)>
      answer = [](const auto&, auto*) { return false; };
  int plans_lost = 0;  ///< so many plans never arrive
  int plans_late = 0;  ///< so many plans arrive, but the next look-up does not see them yet
  bool session_is_gone = false;
  int repeated = 0;   ///< answers that come again after a reattach
  std::string token;  ///< demanded when not empty

  // What the test looks at.
  std::atomic<int> streams{0}, plans_sent{0}, runs{0}, released{0}, sessions_released{0};
  std::vector<std::string> interrupted;  ///< operation ids

  ConnectionString Address() const {
    ConnectionString address;
    address.host = "127.0.0.1";
    address.port = port_;
    return address;
  }

  grpc::Status ExecutePlan(Context* context, const ::spark::connect::ExecutePlanRequest* request,
                           grpc::ServerWriter<::spark::connect::ExecutePlanResponse>* to) override {
    const int stream = streams++;
    ++plans_sent;
    {
      const std::scoped_lock lock(mutex_);
      if (plans_lost > 0) {
        --plans_lost;
        return Cut();
      }
      if (operations_.contains(request->operation_id())) {
        return SparkError("INVALID_HANDLE.OPERATION_ALREADY_EXISTS", "there already");
      }
      operations_[request->operation_id()] = ++runs;
      plans_[request->operation_id()] = request->plan();
      if (plans_late > 0) return Cut();
    }
    return Send(context, request->operation_id(), stream, 0, to);
  }

  grpc::Status ReattachExecute(
      Context* context, const ::spark::connect::ReattachExecuteRequest* request,
      grpc::ServerWriter<::spark::connect::ExecutePlanResponse>* to) override {
    const int stream = streams++;
    {
      const std::scoped_lock lock(mutex_);
      if (session_is_gone) return SparkError("INVALID_HANDLE.SESSION_NOT_FOUND", "no session");
      const bool hidden = plans_late > 0 && plans_late-- > 0;
      if (hidden || !operations_.contains(request->operation_id())) {
        return SparkError("INVALID_HANDLE.OPERATION_NOT_FOUND", "no operation");
      }
    }
    const int next =
        request->has_last_response_id() ? std::stoi(request->last_response_id()) + 1 : 0;
    return Send(context, request->operation_id(), stream, std::max(0, next - repeated), to);
  }

  grpc::Status ReleaseExecute(Context*, const ::spark::connect::ReleaseExecuteRequest*,
                              ::spark::connect::ReleaseExecuteResponse*) override {
    ++released;
    return {};
  }
  grpc::Status ReleaseSession(Context*, const ::spark::connect::ReleaseSessionRequest*,
                              ::spark::connect::ReleaseSessionResponse*) override {
    ++sessions_released;
    return {};
  }
  grpc::Status Interrupt(Context*, const ::spark::connect::InterruptRequest* request,
                         ::spark::connect::InterruptResponse*) override {
    const std::scoped_lock lock(mutex_);
    interrupted.push_back(request->operation_id());
    return {};
  }
  grpc::Status AnalyzePlan(Context* context, const ::spark::connect::AnalyzePlanRequest*,
                           ::spark::connect::AnalyzePlanResponse* response) override {
    const auto& sent = context->client_metadata();
    const auto found = sent.find("authorization");
    if (!token.empty() && (found == sent.end() || found->second != "Bearer " + token)) {
      return {grpc::StatusCode::UNAUTHENTICATED, "Invalid token"};
    }
    response->mutable_spark_version()->set_version(version);
    response->set_server_side_session_id("server-session");
    return {};
  }
  grpc::Status Config(Context*, const ::spark::connect::ConfigRequest*,
                      ::spark::connect::ConfigResponse*) override {
    return {};
  }
  grpc::Status FetchErrorDetails(Context*,
                                 const ::spark::connect::FetchErrorDetailsRequest* request,
                                 ::spark::connect::FetchErrorDetailsResponse* response) override {
    response->set_root_error_idx(0);
    auto* error = response->add_errors();
    error->set_message("the whole text of " + request->error_id());
    error->mutable_spark_throwable()->set_error_class("DIVIDE_BY_ZERO");
    error->mutable_spark_throwable()->set_sql_state("22012");
    return {};
  }

 private:
  grpc::Status Send(Context* context, const std::string& operation, int stream, int from,
                    grpc::ServerWriter<::spark::connect::ExecutePlanResponse>* to) {
    for (int i = from; i <= messages; ++i) {
      if (context->IsCancelled()) return grpc::Status::CANCELLED;
      if (const std::optional<grpc::Status> status = fault(stream, i)) return *status;
      ::spark::connect::ExecutePlanResponse response;
      response.set_response_id(std::to_string(i));
      if (i == messages) {
        response.mutable_result_complete();
      } else if (i > 0 || !answer(PlanOf(operation), &response)) {
        response.mutable_arrow_batch()->set_data(std::to_string(i));
      }
      to->Write(response);
    }
    return {};
  }

  ::spark::connect::Plan PlanOf(const std::string& operation) {
    const std::scoped_lock lock(mutex_);
    return plans_[operation];
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::map<std::string, int> operations_;
  std::map<std::string, ::spark::connect::Plan> plans_;
};

}  // namespace cadenza::spark

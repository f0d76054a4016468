#include "spark/operation.h"

#include "base/unique_id.h"

namespace cadenza::spark {

using connect::ExecutePlanResponse;
using Stub = connect::SparkConnectService::Stub;

/// One call that streams answers: the first, or one that takes up the operation again.
class Operation::Stream {
 public:
  using Reader = std::unique_ptr<grpc::ClientAsyncReader<ExecutePlanResponse>>;

  explicit Stream(Link* link)
      : context_(link->NewContext()),
        wait_(context_.get(), &link->options().stop, link->options().retry.idle_seconds) {}
  ~Stream() {
    if (finished_) return;
    context_->TryCancel();
    static_cast<void>(Finish());
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  template <class Request>
  void Begin(Stub& stub,
             Reader (Stub::*prepare)(grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
             const Request& request) {
    reader_ = (stub.*prepare)(context_.get(), request, wait_.queue());
    reader_->StartCall(this);
    open_ = wait_.Step();
  }

  bool Read(ExecutePlanResponse* response) {
    if (!open_) return false;
    reader_->Read(response, this);
    open_ = wait_.Step();
    return open_;
  }

  /// To be called once Read() was false.
  grpc::Status Finish() {
    grpc::Status status;
    reader_->Finish(&status, this);
    wait_.Step();
    finished_ = true;
    return status;
  }

  CallWait::End end() const { return wait_.end(); }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  CallWait wait_;
  Reader reader_;
  bool open_ = false, finished_ = false;
};

Operation::Operation(Link* link, const connect::Plan& plan)
    : link_(link), backoff_(link->options(), link->options().retry.total_seconds) {
  link_->Sign(&request_);
  request_.set_operation_id(UniqueId());
  *request_.mutable_plan() = plan;
  request_.add_request_options()->mutable_reattach_options()->set_reattachable(true);
}

Operation::~Operation() {
  if (sent_ && !complete_) static_cast<void>(Stop());
}

void Operation::Connect() {
  stream_ = std::make_unique<Stream>(link_);
  if (!sent_ || resend_) {
    sent_ = true;
    resend_ = false;
    stream_->Begin(link_->stub(), &Stub::PrepareAsyncExecutePlan, request_);
    return;
  }
  connect::ReattachExecuteRequest request;
  link_->Sign(&request);
  request.set_operation_id(request_.operation_id());
  if (!last_response_.empty()) request.set_last_response_id(last_response_);
  stream_->Begin(link_->stub(), &Stub::PrepareAsyncReattachExecute, request);
}

Result<bool> Operation::Next(ExecutePlanResponse* response) {
  while (!complete_) {
    if (link_->options().stop()) return Stop();
    if (!stream_) Connect();
    if (!stream_->Read(response)) {
      const grpc::Status status = stream_->Finish();
      const CallWait::End end = stream_->end();
      stream_.reset();
      CADENZA_TRY(OnEnd(status, end));
      continue;
    }
    if (!IsNew(*response)) continue;
    backoff_.Reset();
    if (response->has_execution_progress()) {
      Report(response->execution_progress());
    } else if (response->has_result_complete()) {
      complete_ = true;
      stream_.reset();
      Release();
    } else if (response->response_type_case() != ExecutePlanResponse::RESPONSE_TYPE_NOT_SET) {
      return true;
    }
  }
  return false;
}

Status Operation::OnEnd(const grpc::Status& status, CallWait::End end) {
  if (end == CallWait::End::kStopped) return Stop();
  Failure failure = FailureOf(status);
  // Servers end streams after some minutes, and go on in the next.
  if (status.ok()) {
    failure.code = grpc::StatusCode::UNAVAILABLE;
    failure.message = "the stream ended before the result";
  }
  return OnFailure(failure, end);
}

Status Operation::OnFailure(const Failure& failure, CallWait::End end) {
  const bool never_arrived = failure.Is("OPERATION_NOT_FOUND") && last_response_.empty();
  const bool did_arrive = failure.Is("OPERATION_ALREADY_EXISTS");
  if (never_arrived) resend_ = true;
  if (failure.is_transient() || never_arrived || did_arrive) {
    if (backoff_.Wait()) return {};
  }
  complete_ = true;
  const Error error = link_->ErrorOf(failure, end);
  Release();
  return error;
}

/// What was answered already comes again where the server did not learn how far we got.
bool Operation::IsNew(const ExecutePlanResponse& response) {
  if (response.response_id().empty()) return true;
  if (!seen_.insert(response.response_id()).second) return false;
  last_response_ = response.response_id();
  return true;
}

void Operation::Report(const ExecutePlanResponse::ExecutionProgress& progress) const {
  StageCounts counts;
  for (const auto& stage : progress.stages()) {
    counts.tasks += stage.num_tasks();
    counts.tasks_done += stage.num_completed_tasks();
    counts.bytes_read += stage.input_bytes_read();
    counts.stages_done += stage.done() ? 1 : 0;
  }
  counts.stages = progress.stages_size();
  link_->options().progress(counts);
}

Error Operation::Stop() {
  complete_ = true;
  stream_.reset();
  connect::InterruptRequest request;
  request.set_interrupt_type(connect::InterruptRequest::INTERRUPT_TYPE_OPERATION_ID);
  request.set_operation_id(request_.operation_id());
  connect::InterruptResponse response;
  if (sent_) link_->Tell(&Stub::PrepareAsyncInterrupt, request, &response);
  Release();
  return link_->Interrupted();
}

void Operation::Release() {
  if (!sent_) return;
  connect::ReleaseExecuteRequest request;
  request.set_operation_id(request_.operation_id());
  request.mutable_release_all();
  connect::ReleaseExecuteResponse response;
  link_->Tell(&Stub::PrepareAsyncReleaseExecute, request, &response);
}

Status RunThrough(Link* link, const connect::Plan& plan,
                  const std::function<void(const ExecutePlanResponse&)>& on_response) {
  Operation operation(link, plan);
  ExecutePlanResponse response;
  while (true) {
    CADENZA_ASSIGN(const bool more, operation.Next(&response));
    if (!more) return {};
    on_response(response);
  }
}

}  // namespace cadenza::spark

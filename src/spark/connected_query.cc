#include "spark/connected_query.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "spark/operation.h"

namespace cadenza::spark {
namespace {

/// {"batchId":3,...}; -1 where there is none.
int64_t BatchOf(const std::string& progress) {
  constexpr std::string_view kKey = "\"batchId\"";
  const size_t key = progress.find(kKey);
  const size_t digit = key == progress.npos ? key : progress.find_first_of("0123456789", key);
  int64_t batch = -1;
  if (digit == progress.npos) return batch;
  std::from_chars(progress.data() + digit, progress.data() + progress.size(), batch);
  return batch;
}

std::string_view FirstLine(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find_last_not_of(" \r") + 1);
}

/// The message, which ends in the query's plan, tells of the thread that waited; why the query
/// failed is said by the causes in the trace, the last of them best.
std::string TextOf(const connect::StreamingQueryCommandResult::ExceptionResult& failure) {
  constexpr std::string_view kCause = "\nCaused by: ";
  constexpr std::string_view kWaiting = "Exception thrown in awaitResult:";
  const std::string& trace = failure.stack_trace();
  std::string text;
  const std::string_view first = FirstLine(failure.exception_message());
  if (!first.ends_with(kWaiting)) text = first;
  for (size_t at = 0; (at = trace.find(kCause, at)) != trace.npos; ++at) {
    const std::string_view cause = FirstLine(std::string_view(trace).substr(at + kCause.size()));
    if (cause.ends_with(kWaiting) || text.find(cause) != text.npos) continue;
    text += (text.empty() ? "" : "; caused by ") + std::string(cause);
  }
  return text.empty() ? std::string(first) : text;
}

class ConnectedQuery : public StreamingQuery {
 public:
  ConnectedQuery(Link* link, connect::StreamingQueryInstanceId instance)
      : link_(link), instance_(std::move(instance)) {}

  const std::string& id() const override { return instance_.id(); }

  Result<bool> IsActive() override {
    connect::StreamingQueryCommand command;
    command.set_status(true);
    CADENZA_ASSIGN(const auto result, Ask(std::move(command)));
    return result.status().is_active();
  }

  /// The last one is asked for, and all only where there are some between.
  Result<std::vector<std::string>> Progress(int64_t after) override {
    connect::StreamingQueryCommand last;
    last.set_last_progress(true);
    CADENZA_ASSIGN(const auto result, Ask(std::move(last)));
    const auto& texts = result.recent_progress().recent_progress_json();
    if (texts.empty()) return std::vector<std::string>();
    const int64_t batch = BatchOf(texts[0]);
    if (batch == after || batch == after + 1) return std::vector<std::string>{texts[0]};
    connect::StreamingQueryCommand recent;
    recent.set_recent_progress(true);
    CADENZA_ASSIGN(const auto all, Ask(std::move(recent)));
    const auto& every = all.recent_progress().recent_progress_json();
    return std::vector<std::string>(every.begin(), every.end());
  }

  Result<std::string> Failure() override {
    connect::StreamingQueryCommand command;
    command.set_exception(true);
    CADENZA_ASSIGN(const auto result, Ask(std::move(command)));
    return TextOf(result.exception());
  }

  Status Stop() override {
    connect::StreamingQueryCommand command;
    command.set_stop(true);
    const auto result = Ask(std::move(command));
    return result.ok() ? Status() : Status(result.error());
  }

 private:
  Result<connect::StreamingQueryCommandResult> Ask(connect::StreamingQueryCommand command) {
    *command.mutable_query_id() = instance_;
    connect::Plan plan;
    *plan.mutable_command()->mutable_streaming_query_command() = std::move(command);
    connect::StreamingQueryCommandResult result;
    CADENZA_TRY(RunThrough(link_, plan, [&result](const connect::ExecutePlanResponse& response) {
      if (!response.has_streaming_query_command_result()) return;
      result = response.streaming_query_command_result();
    }));
    return result;
  }

  Link* link_;
  connect::StreamingQueryInstanceId instance_;
};

}  // namespace

Result<std::unique_ptr<StreamingQuery>> StartQuery(Link* link, const StreamStart& start) {
  connect::Plan plan;
  auto* command = plan.mutable_command()->mutable_write_stream_operation_start();
  command->mutable_input()->mutable_sql()->set_query(start.sql);
  command->set_format("delta");
  command->set_path(start.table);
  (*command->mutable_options())["checkpointLocation"] = start.checkpoint;
  command->set_output_mode("append");
  command->set_query_name(start.name);
  if (start.ends) {
    command->set_available_now(true);
  } else {
    command->set_processing_time_interval(
        fmt::format("{} milliseconds", static_cast<int64_t>(start.every_seconds * 1000)));
  }
  connect::StreamingQueryInstanceId instance;
  CADENZA_TRY(RunThrough(link, plan, [&instance](const connect::ExecutePlanResponse& response) {
    if (!response.has_write_stream_operation_start_result()) return;
    instance = response.write_stream_operation_start_result().query_id();
  }));
  if (instance.id().empty()) {
    return MakeError(ErrorKind::kInput, "the server did not start the query {}", start.name);
  }
  return std::unique_ptr<StreamingQuery>(
      std::make_unique<ConnectedQuery>(link, std::move(instance)));
}

}  // namespace cadenza::spark

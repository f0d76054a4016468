#include "spark/connected_query.h"

#include <utility>

#include "spark/operation.h"

namespace cadenza::spark {
namespace {

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

  Result<std::vector<std::string>> RecentProgress() override {
    connect::StreamingQueryCommand command;
    command.set_recent_progress(true);
    CADENZA_ASSIGN(const auto result, Ask(std::move(command)));
    const auto& texts = result.recent_progress().recent_progress_json();
    return std::vector<std::string>(texts.begin(), texts.end());
  }

  Result<std::string> Failure() override {
    connect::StreamingQueryCommand command;
    command.set_exception(true);
    CADENZA_ASSIGN(const auto result, Ask(std::move(command)));
    return result.exception().exception_message();
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

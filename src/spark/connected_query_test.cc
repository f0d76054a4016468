#include "spark/connected_query.h"

#include <gtest/gtest.h>

#include "spark/fake_server.h"
#include "spark/session.h"

namespace cadenza::spark {
namespace {

namespace connect = ::spark::connect;

/// A server with one endless query.
class QueryServer : public FakeServer {
 public:
  QueryServer() {
    messages = 1;
    answer = [this](const connect::Plan& plan, connect::ExecutePlanResponse* response) {
      const connect::Command& command = plan.command();
      if (command.has_write_stream_operation_start()) {
        started = command.write_stream_operation_start();
        auto* id = response->mutable_write_stream_operation_start_result()->mutable_query_id();
        id->set_id("query");
        id->set_run_id("run");
        return true;
      }
      if (!command.has_streaming_query_command()) return false;
      const connect::StreamingQueryCommand& asked = command.streaming_query_command();
      EXPECT_EQ(asked.query_id().id(), "query");
      EXPECT_EQ(asked.query_id().run_id(), "run");
      auto* result = response->mutable_streaming_query_command_result();
      if (asked.last_progress()) {
        result->mutable_recent_progress()->add_recent_progress_json(Batch(batches - 1));
      } else if (asked.recent_progress()) {
        for (int b = 0; b < batches; ++b) {
          result->mutable_recent_progress()->add_recent_progress_json(Batch(b));
        }
      } else if (asked.status()) {
        result->mutable_status()->set_is_active(!stopped);
      } else if (asked.exception()) {
        result->mutable_exception()->set_exception_message(message);
        result->mutable_exception()->set_stack_trace(trace);
      } else if (asked.stop()) {
        stopped = true;
      }
      return true;
    };
  }

  static std::string Batch(int batch) {
    return "{\"id\" : \"9\", \"batchId\" : " + std::to_string(batch) + ", \"x\" : 4}";
  }

  int batches = 3;
  bool stopped = false;
  std::string message = "[DIVIDE_BY_ZERO] no\n=== Streaming Query ===\nIdentifier: n", trace;
  connect::WriteStreamOperationStart started;
};

StreamStart Start() {
  StreamStart start;
  start.sql = "select * from v";
  start.name = "n";
  start.table = "file:///lake/gold/t";
  start.checkpoint = "file:///lake/c";
  return start;
}

TEST(ConnectedQuery, IsStartedAskedAndStopped) {
  QueryServer server;
  Link link(server.Address(), {});
  const auto query = StartQuery(&link, Start());
  ASSERT_TRUE(query.ok()) << query.error().message;
  EXPECT_EQ(server.started.path(), "file:///lake/gold/t");
  EXPECT_EQ(server.started.options().at("checkpointLocation"), "file:///lake/c");
  EXPECT_EQ(server.started.output_mode(), "append");
  EXPECT_EQ(server.started.processing_time_interval(), "0 milliseconds");
  EXPECT_EQ((*query)->id(), "query");
  EXPECT_EQ(*(*query)->IsActive(), true);
  EXPECT_EQ(*(*query)->Failure(), "[DIVIDE_BY_ZERO] no");
  ASSERT_TRUE((*query)->Stop().ok());
  EXPECT_EQ(*(*query)->IsActive(), false);
}

TEST(ConnectedQuery, TheCauseOfAFailureIsTold) {
  QueryServer server;
  server.message = "a.B: Exception thrown in awaitResult: \n=== Streaming Query ===\nIdentifier: n";
  server.trace =
      "a.B: Exception thrown in awaitResult: \n\tat x\nCaused by: c.D: cannot read b.parquet\n\tat "
      "y\nCaused by: e.F: column t\n\tat z\n";
  Link link(server.Address(), {});
  const auto query = StartQuery(&link, Start());
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(*(*query)->Failure(), "c.D: cannot read b.parquet; caused by e.F: column t");
  server.trace.clear();
  EXPECT_EQ(*(*query)->Failure(), "a.B: Exception thrown in awaitResult:");
}

TEST(ConnectedQuery, TriggerOfWhatEnds) {
  QueryServer server;
  Link link(server.Address(), {});
  StreamStart start = Start();
  start.ends = true;
  ASSERT_TRUE(StartQuery(&link, start).ok());
  EXPECT_TRUE(server.started.available_now());
}

TEST(ConnectedQuery, AllProgressIsAskedForOnlyWhereSomeIsMissing) {
  QueryServer server;
  Link link(server.Address(), {});
  const auto query = StartQuery(&link, Start());
  ASSERT_TRUE(query.ok());
  const int before = server.plans_sent;
  EXPECT_EQ(*(*query)->Progress(1), std::vector<std::string>{QueryServer::Batch(2)});
  EXPECT_EQ(*(*query)->Progress(2), std::vector<std::string>{QueryServer::Batch(2)});
  EXPECT_EQ(server.plans_sent, before + 2);
  EXPECT_EQ((*query)->Progress(-1)->size(), 3);
  EXPECT_EQ(server.plans_sent, before + 4);
}

TEST(ConnectedQuery, ACutConnectionStartsNoSecondQuery) {
  QueryServer server;
  server.fault = [](int stream, int) -> std::optional<grpc::Status> {
    return stream == 0 ? std::optional(FakeServer::Cut()) : std::nullopt;
  };
  SessionOptions options;
  options.retry.wait_seconds = 0.001;
  Link link(server.Address(), options);
  const auto query = StartQuery(&link, Start());
  ASSERT_TRUE(query.ok()) << query.error().message;
  EXPECT_EQ(server.plans_sent, 1);
  EXPECT_EQ(server.runs, 1);
}

TEST(ConnectedQuery, AServerThatStartsNothingIsAnError) {
  FakeServer server;
  Link link(server.Address(), {});
  const auto query = StartQuery(&link, Start());
  ASSERT_FALSE(query.ok());
  EXPECT_EQ(query.error().kind, ErrorKind::kInput);
}

}  // namespace
}  // namespace cadenza::spark

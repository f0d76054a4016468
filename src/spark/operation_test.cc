#include "spark/operation.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "spark/fake_server.h"

namespace cadenza::spark {
namespace {

SessionOptions Quick() {
  SessionOptions options;
  options.retry = {.contact_seconds = 1,
                   .total_seconds = 2,
                   .idle_seconds = 20,
                   .wait_seconds = 0.001,
                   .wait_seconds_max = 0.05};
  return options;
}

/// The data of all answers, one after the other, or the error.
Result<std::string> RunThrough(Link* link) {
  connect::Plan plan;
  plan.mutable_root()->mutable_sql()->set_query("select 1");
  Operation operation(link, plan);
  std::string all;
  connect::ExecutePlanResponse response;
  while (true) {
    CADENZA_ASSIGN(const bool more, operation.Next(&response));
    if (!more) return all;
    all += response.arrow_batch().data();
  }
}

Result<std::string> RunThrough(const FakeServer& server, SessionOptions options = Quick()) {
  Link link(server.Address(), std::move(options));
  return RunThrough(&link);
}

void ExpectAll(const Result<std::string>& all, const FakeServer& server) {
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(*all, "01234");
  EXPECT_EQ(server.runs, 1);
}

Error FailureOf(const Result<std::string>& all) {
  EXPECT_FALSE(all.ok());
  return all.ok() ? Error() : all.error();
}

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Operation, RunsToItsEndAndIsReleased) {
  FakeServer server;
  ExpectAll(RunThrough(server), server);
  EXPECT_EQ(server.streams, 1);
  EXPECT_EQ(server.released, 1);
  EXPECT_TRUE(server.interrupted.empty());
}

TEST(Operation, CutOnceAtEachPlace) {
  for (int place = 0; place <= 5; ++place) {
    FakeServer server;
    server.fault = [place](int stream, int index) -> std::optional<grpc::Status> {
      if (stream == 0 && index == place) return FakeServer::Cut();
      return std::nullopt;
    };
    ExpectAll(RunThrough(server), server);
    EXPECT_EQ(server.streams, 2) << place;
    EXPECT_EQ(server.plans_sent, 1) << place;
  }
}

TEST(Operation, CutAfterEachMessage) {
  FakeServer server;
  server.fault = [](int stream, int index) -> std::optional<grpc::Status> {
    if (index > stream) return FakeServer::Cut();
    return std::nullopt;
  };
  ExpectAll(RunThrough(server), server);
  EXPECT_EQ(server.streams, 6);
}

TEST(Operation, EndOfAStreamIsNotTheEnd) {
  FakeServer server;
  server.fault = [](int stream, int index) -> std::optional<grpc::Status> {
    if (stream < 2 && index == 2) return grpc::Status::OK;
    return std::nullopt;
  };
  ExpectAll(RunThrough(server), server);
}

TEST(Operation, ResetsByProxiesAreCuts) {
  FakeServer server;
  server.fault = [](int stream, int index) -> std::optional<grpc::Status> {
    if (stream == 0 && index == 1) {
      return grpc::Status(grpc::StatusCode::INTERNAL, "Received RST_STREAM with error code 2");
    }
    if (stream == 1 && index == 2) {
      return FakeServer::SparkError("INVALID_CURSOR.DISCONNECTED", "another reader came");
    }
    return std::nullopt;
  };
  ExpectAll(RunThrough(server), server);
  EXPECT_EQ(server.streams, 3);
}

TEST(Operation, PlanThatNeverArrivedIsSentAgain) {
  FakeServer server;
  server.plans_lost = 2;
  ExpectAll(RunThrough(server), server);
  EXPECT_EQ(server.plans_sent, 3);
}

TEST(Operation, PlanWhoseAnswerWasLostIsNotSentAgain) {
  FakeServer server;
  server.fault = [](int stream, int) -> std::optional<grpc::Status> {
    if (stream < 3) return FakeServer::Cut();
    return std::nullopt;
  };
  ExpectAll(RunThrough(server), server);
  EXPECT_EQ(server.plans_sent, 1);
}

TEST(Operation, PlanThatArrivesLateRunsOnce) {
  FakeServer server;
  server.plans_late = 1;
  ExpectAll(RunThrough(server), server);
  EXPECT_EQ(server.plans_sent, 2);
}

TEST(Operation, AnswersThatComeAgainAreSkipped) {
  FakeServer server;
  server.repeated = 3;
  server.fault = [](int stream, int index) -> std::optional<grpc::Status> {
    if (stream < 2 && index == 3 + stream) return FakeServer::Cut();
    return std::nullopt;
  };
  ExpectAll(RunThrough(server), server);
}

TEST(Operation, GoneSessionEndsItWithoutSendingAgain) {
  for (int place : {0, 2}) {
    FakeServer server;
    server.session_is_gone = true;
    server.fault = [place](int, int index) -> std::optional<grpc::Status> {
      if (index == place) return FakeServer::Cut();
      return std::nullopt;
    };
    const Error error = FailureOf(RunThrough(server));
    EXPECT_EQ(error.kind, ErrorKind::kIo);
    EXPECT_TRUE(Holds(error.message, "may or may not have been done")) << error.message;
    EXPECT_EQ(server.plans_sent, 1);
  }
}

TEST(Operation, LostOperationAfterAnAnswerIsAnError) {
  FakeServer server;
  server.fault = [](int stream, int index) -> std::optional<grpc::Status> {
    if (stream == 0 && index == 2) return FakeServer::Cut();
    if (stream == 1) return FakeServer::SparkError("INVALID_HANDLE.OPERATION_NOT_FOUND", "gone");
    return std::nullopt;
  };
  const Error error = FailureOf(RunThrough(server));
  EXPECT_TRUE(Holds(error.message, "OPERATION_NOT_FOUND")) << error.message;
  EXPECT_EQ(server.plans_sent, 1);
}

TEST(Operation, ErrorOfTheServerInFull) {
  FakeServer server;
  server.fault = [](int, int index) -> std::optional<grpc::Status> {
    if (index == 1) return FakeServer::SparkError("DIVIDE_BY_ZERO", "the whole te…", "id-7");
    return std::nullopt;
  };
  const Error error = FailureOf(RunThrough(server));
  EXPECT_EQ(error.kind, ErrorKind::kInput);
  EXPECT_EQ(error.message, "[DIVIDE_BY_ZERO] the whole text of id-7 SQLSTATE: 22012");
  EXPECT_EQ(server.streams, 1);
}

TEST(Operation, GivesUpWithTheHostsName) {
  FakeServer server;
  server.fault = [](int, int) -> std::optional<grpc::Status> { return FakeServer::Cut(); };
  const Stopwatch watch;
  SessionOptions options = Quick();
  options.retry.total_seconds = 0.3;
  const Error error = FailureOf(RunThrough(server, options));
  EXPECT_LT(watch.seconds(), 3);
  EXPECT_EQ(error.kind, ErrorKind::kIo);
  EXPECT_TRUE(Holds(error.message, server.Address().address())) << error.message;
}

TEST(Operation, SilentStreamIsTakenUpAgain) {
  FakeServer server;
  server.fault = [](int stream, int index) -> std::optional<grpc::Status> {
    if (stream == 0 && index == 2) std::this_thread::sleep_for(std::chrono::milliseconds(700));
    return std::nullopt;
  };
  SessionOptions options = Quick();
  options.retry.idle_seconds = 0.2;
  ExpectAll(RunThrough(server, options), server);
  EXPECT_GE(server.streams, 2);
}

TEST(Operation, StopInterruptsTheServersOperation) {
  FakeServer server;
  std::atomic<bool> stop{false};
  server.fault = [&stop](int, int index) -> std::optional<grpc::Status> {
    if (index != 2) return std::nullopt;
    stop = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return std::nullopt;
  };
  SessionOptions options = Quick();
  options.stop = [&stop] { return stop.load(); };
  const Error error = FailureOf(RunThrough(server, options));
  EXPECT_EQ(error.kind, ErrorKind::kInterrupted);
  EXPECT_EQ(server.interrupted.size(), 1u);
  EXPECT_EQ(server.released, 1);
}

TEST(Operation, LeftBeforeItsEndIsInterrupted) {
  FakeServer server;
  Link link(server.Address(), Quick());
  {
    Operation operation(&link, {});
    connect::ExecutePlanResponse response;
    const Result<bool> more = operation.Next(&response);
    ASSERT_TRUE(more.ok() && *more);
  }
  EXPECT_EQ(server.interrupted.size(), 1u);
  EXPECT_EQ(server.released, 1);
}

TEST(Session, OpensAndIsReleased) {
  FakeServer server;
  {
    const auto session = Session::Open(server.Address(), Quick());
    ASSERT_TRUE(session.ok()) << session.error().message;
    EXPECT_EQ((*session)->server_version(), "4.2.1");
  }
  EXPECT_EQ(server.sessions_released, 1);
}

TEST(Session, OlderServerThanIsNeededIsRefusedWithBothVersions) {
  FakeServer server;
  SessionOptions options = Quick();
  options.spark_from = 4;
  EXPECT_TRUE(Session::Open(server.Address(), options).ok());
  server.version = "10.0.0-SNAPSHOT";
  EXPECT_TRUE(Session::Open(server.Address(), options).ok());
  server.version = "3.5.9";
  const auto refused = Session::Open(server.Address(), options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(Holds(refused.error().message, "is Spark 3.5.9; Spark 4 or later is needed"))
      << refused.error().message;
  options.spark_from = 0;
  EXPECT_TRUE(Session::Open(server.Address(), options).ok());
}

TEST(Session, WrongTokenIsRefusedAndNotShown) {
  FakeServer server;
  server.token = "right";
  ConnectionString address = server.Address();
  address.token = "hunter2";
  const auto refused = Session::Open(address, Quick());
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(Holds(refused.error().message, "refuses the token")) << refused.error().message;
  EXPECT_FALSE(Holds(refused.error().message, "hunter2"));
  address.token = "right";
  EXPECT_TRUE(Session::Open(address, Quick()).ok());
}

TEST(Session, UnreachableServerIsNamedWithinSeconds) {
  for (const char* host : {"no-such-host.invalid", "127.0.0.1"}) {
    ConnectionString address;
    address.host = host;
    address.port = 1;
    const Stopwatch watch;
    const auto refused = Session::Open(address, Quick());
    ASSERT_FALSE(refused.ok());
    EXPECT_LT(watch.seconds(), 5);
    EXPECT_EQ(refused.error().kind, ErrorKind::kIo);
    EXPECT_TRUE(Holds(refused.error().message, address.address())) << refused.error().message;
  }
}

TEST(Session, RowsThatAreNoArrowAreAnError) {
  FakeServer server;
  const auto session = Session::Open(server.Address(), Quick());
  ASSERT_TRUE(session.ok());
  const auto rows = (*session)->Query("select 1");
  ASSERT_TRUE(rows.ok());
  ArrowArrayStream* stream = (*rows)->arrow();
  ArrowSchema schema;
  EXPECT_NE(stream->get_schema(stream, &schema), 0);
  EXPECT_TRUE(Holds(stream->get_last_error(stream), "damaged Arrow data"));
  EXPECT_EQ((*rows)->status().error().kind, ErrorKind::kInput);
}

}  // namespace
}  // namespace cadenza::spark

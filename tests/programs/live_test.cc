// Against a real server, whose address is the one argument: run by tests/test_spark_sql.py, which
// starts proxies that cut streams. Not part of the unit tests, which need no server.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "base/clock.h"
#include "spark/session.h"

namespace cadenza::spark {
namespace {

std::string g_address, g_folder;

std::unique_ptr<Session> OpenSession(SessionOptions options = {}) {
  const auto connection = ParseConnectionString(g_address);
  EXPECT_TRUE(connection.ok());
  auto session = Session::Open(*connection, std::move(options));
  EXPECT_TRUE(session.ok()) << session.error().message;
  return session.ok() ? std::move(*session) : nullptr;
}

/// The sum of the first column, a BIGINT, and the number of rows.
struct Sum {
  int64_t rows = 0, sum = 0;
};
Sum SumOf(RowStream* rows) {
  Sum sum;
  ArrowArrayStream* stream = rows->arrow();
  while (true) {
    ArrowArray array;
    EXPECT_EQ(stream->get_next(stream, &array), 0)
        << (rows->status().ok() ? "" : rows->status().error().message);
    if (!array.release) return sum;
    const auto* values = static_cast<const int64_t*>(array.children[0]->buffers[1]);
    for (int64_t i = 0; i < array.length; ++i) sum.sum += values[i];
    sum.rows += array.length;
    array.release(&array);
  }
}

TEST(Live, EachRowOnce) {
  const auto session = OpenSession();
  ASSERT_TRUE(session);
  const int64_t count = 2'000'000;
  const auto rows = session->Query("select id, repeat('x', 20) from range(2000000)");
  ASSERT_TRUE(rows.ok());
  const Sum sum = SumOf(rows->get());
  EXPECT_EQ(sum.rows, count);
  EXPECT_EQ(sum.sum, count * (count - 1) / 2);
}

TEST(Live, EachWriteOnce) {
  const auto session = OpenSession();
  ASSERT_TRUE(session);
  const std::string table = "delta.`file://" + g_folder + "/once`";
  Status done = session->Execute("create table " + table + " (n bigint) using delta");
  ASSERT_TRUE(done.ok()) << done.error().message;
  for (int i = 0; i < 4; ++i) {
    done = session->Execute("insert into " + table + " values (" + std::to_string(i) + ")");
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  const auto rows = session->Query("select n from " + table);
  ASSERT_TRUE(rows.ok());
  const Sum sum = SumOf(rows->get());
  EXPECT_EQ(sum.rows, 4);
  EXPECT_EQ(sum.sum, 0 + 1 + 2 + 3);
}

TEST(Live, SettingsAndSchema) {
  const auto session = OpenSession();
  ASSERT_TRUE(session);
  const auto zone = session->Setting("spark.sql.session.timeZone");
  ASSERT_TRUE(zone.ok()) << zone.error().message;
  EXPECT_EQ(*zone, "UTC");
  EXPECT_EQ(session->Setting("no.such.setting").error().kind, ErrorKind::kNotFound);
  const auto schema = session->Schema("select 1 as one, 'x' as text");
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_NE(schema->find("one: integer"), std::string::npos) << *schema;
}

TEST(Live, ProgressIsReported) {
  std::atomic<int> reports{0};
  SessionOptions options;
  options.progress = [&reports](const StageCounts& counts) {
    ++reports;
    EXPECT_GE(counts.tasks, counts.tasks_done);
  };
  const auto session = OpenSession(options);
  ASSERT_TRUE(session);
  const auto rows = session->Query("select sum(id * 7 % 11) from range(1000000000)");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(SumOf(rows->get()).rows, 1);
  EXPECT_GT(reports, 0);
}

TEST(Live, StopEndsTheJobAtOnce) {
  std::atomic<bool> stop{false};
  SessionOptions options;
  options.stop = [&stop] { return stop.load(); };
  const auto session = OpenSession(options);
  ASSERT_TRUE(session);
  // Hours of work, of which Spark looks up every thousand rows; a join would do so every thousand
  // times a million.
  const auto rows = session->Query("select sum(id % 7) from range(100000000000000)");
  ASSERT_TRUE(rows.ok());
  std::thread stopper([&stop] {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    stop = true;
  });
  ArrowArrayStream* stream = (*rows)->arrow();
  ArrowArray array;
  const Stopwatch watch;
  EXPECT_NE(stream->get_next(stream, &array), 0);
  stopper.join();
  EXPECT_EQ((*rows)->status().error().kind, ErrorKind::kInterrupted)
      << (*rows)->status().error().message;
  EXPECT_LT(watch.seconds(), 5);
  // The cluster is free again.
  stop = false;
  const auto next = session->Query("select count(*) from range(1000)");
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(SumOf(next->get()).sum, 1000);
  EXPECT_LT(watch.seconds(), 15);
}

}  // namespace
}  // namespace cadenza::spark

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 3) return 2;
  cadenza::spark::g_address = argv[1];
  cadenza::spark::g_folder = argv[2];
  return RUN_ALL_TESTS();
}

#include <gtest/gtest.h>

#include "delta/log_file.h"
#include "delta/test_table.h"

namespace cadenza::delta {
namespace {

TEST(HistoryTest, TellsWhatEachCommitDid) {
  TestTable table;
  CommitOptions options = TestTable::At(kTestNowMs + 5);
  options.operation = "MERGE";
  options.operation_parameters = {{"mode", "Append \"x\""}};
  options.operation_metrics = {{"numFiles", 1}, {"numOutputRows", 7}};
  options.tags = {{"run", "r1"}};
  ASSERT_TRUE(table.Change(*table.Load(), {"a"}, {}, options).ok());
  const auto history = History(table.store(), 0);
  ASSERT_TRUE(history.ok()) << history.error().message;
  ASSERT_EQ(history->size(), 2U);
  const CommitSummary& newest = history->front();
  EXPECT_EQ(newest.version, 1);
  EXPECT_EQ(newest.timestamp_ms, kTestNowMs + 5);
  EXPECT_EQ(newest.operation, "MERGE");
  EXPECT_EQ(newest.operation_parameters, R"({"mode":"Append \"x\""})");
  EXPECT_TRUE(newest.engine_info.starts_with("Cadenza/"));
  EXPECT_EQ(newest.metrics, options.operation_metrics);
}

TEST(HistoryTest, StopsAtTheLimit) {
  TestTable table;
  for (int number = 1; number <= 5; ++number) table.Append(std::to_string(number));
  const auto history = History(table.store(), 2);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].version, 5);
  EXPECT_EQ((*history)[1].version, 4);
}

TEST(HistoryTest, TimesRiseEvenIfAClockWentBack) {
  TestTable table;
  table.Append("a", kTestNowMs + 1000);
  table.Append("b", kTestNowMs - 1000);
  const auto history = History(table.store(), 0);
  EXPECT_EQ((*history)[0].timestamp_ms, kTestNowMs + 1001);
  EXPECT_EQ((*history)[1].timestamp_ms, kTestNowMs + 1000);
}

TEST(HistoryTest, ForeignCommitsMayTellLittle) {
  TestTable table;
  ASSERT_TRUE(table.store().Put(CommitName(1), "{\"commitInfo\":{\"operation\":5}}\n{}").ok());
  ASSERT_TRUE(table.store()
                  .Put(CommitName(2),
                       R"({"commitInfo":{"operationMetrics":{"rows":3,"text":"x","many":"4"}}})")
                  .ok());
  const auto history = History(table.store(), 0);
  ASSERT_TRUE(history.ok()) << history.error().message;
  EXPECT_EQ((*history)[1].operation, "");
  EXPECT_GT((*history)[1].timestamp_ms, kTestNowMs) << "the time of the file";
  EXPECT_EQ((*history)[0].metrics, (std::map<std::string, int64_t>{{"many", 4}, {"rows", 3}}));
}

TEST(HistoryTest, NeedsATable) {
  EXPECT_EQ(History(*OpenMemoryStore(), 5).error().kind, ErrorKind::kNotFound);
}

TEST(HistoryTest, LoadsTheVersionOfATime) {
  TestTable table;
  table.Append("a", kTestNowMs + 100);
  table.Append("b", kTestNowMs + 50);  // a clock behind: counts as + 101
  table.Append("c", kTestNowMs + 300);
  const auto version_at = [&](int64_t offset_ms) {
    return Snapshot::LoadAsOf(table.store(), &table.codec(), kTestNowMs + offset_ms)->version();
  };
  EXPECT_EQ(version_at(0), 0);
  EXPECT_EQ(version_at(99), 0);
  EXPECT_EQ(version_at(100), 1);
  EXPECT_EQ(version_at(101), 2);
  EXPECT_EQ(version_at(299), 2);
  EXPECT_EQ(version_at(100'000), 3);
  const auto early = Snapshot::LoadAsOf(table.store(), &table.codec(), kTestNowMs - 1);
  EXPECT_EQ(early.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace cadenza::delta

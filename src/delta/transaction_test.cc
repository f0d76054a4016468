#include "delta/transaction.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "delta/log_file.h"
#include "delta/test_table.h"

namespace cadenza::delta {
namespace {

using nlohmann::json;

std::vector<json> Actions(ObjectStore& store, int64_t version) {
  std::vector<json> actions;
  std::string text = **store.Get(CommitName(version));
  while (!text.empty()) {
    const size_t end = text.find('\n');
    actions.push_back(json::parse(text.substr(0, end)));
    text.erase(0, end + 1);
  }
  return actions;
}

std::vector<std::string> Kinds(const std::vector<json>& actions) {
  std::vector<std::string> kinds;
  kinds.reserve(actions.size());
  for (const json& action : actions) kinds.push_back(action.begin().key());
  return kinds;
}

/// A store whose table was made by somebody else.
std::unique_ptr<ObjectStore> ForeignTable(const std::string& protocol, const std::string& field,
                                          const std::string& more = "") {
  auto store = OpenMemoryStore();
  const std::string schema = R"({"type":"struct","fields":[)" + field + "]}";
  const std::string text =
      R"({"protocol":)" + protocol + "}\n" +
      R"({"metaData":{"id":"the-id","name":"n","future":{"k":[1]},"format":{"provider":"parquet"},)"
      R"("partitionColumns":[],"configuration":{"k":"v"},"schemaString":)" +
      json(schema).dump() + "}}\n" + more;
  EXPECT_TRUE(store->Put(CommitName(0), text).ok());
  return store;
}

constexpr const char* kProtocol12 = R"({"minReaderVersion":1,"minWriterVersion":2})";

AddFile Plain(const std::string& path) {
  AddFile file;
  file.path = path;
  return file;
}

TEST(TransactionTest, CreatesATableOnce) {
  TestTable table;
  const auto actions = Actions(table.store(), 0);
  EXPECT_EQ(Kinds(actions), (std::vector<std::string>{"commitInfo", "protocol", "metaData"}));
  EXPECT_EQ(actions[1]["protocol"], json::parse(kProtocol12));
  EXPECT_EQ(actions[2]["metaData"]["createdTime"], kTestNowMs);
  EXPECT_EQ(actions[2]["metaData"]["partitionColumns"], json::array({"day"}));
  EXPECT_FALSE(actions[0]["commitInfo"].contains("readVersion"));
  auto again = Transaction::Create(TestTable::PlaysSchema(), {});
  EXPECT_EQ(again.Commit(table.store(), nullptr, {}).error().kind, ErrorKind::kConflict);
}

TEST(TransactionTest, CreatesNothingWhereOnlyACheckpointIsLeft) {
  const auto store = OpenMemoryStore();
  ASSERT_TRUE(store->Put(CheckpointName(30), "x").ok());
  auto creation = Transaction::Create(TestTable::PlaysSchema(), {});
  EXPECT_EQ(creation.Commit(*store, nullptr, {}).error().kind, ErrorKind::kConflict);
}

TEST(TransactionTest, WritesActionsInOrder) {
  TestTable table;
  table.Append("old");
  CommitOptions options = TestTable::At(kTestNowMs + 9);
  options.operation = "MERGE";
  options.operation_parameters = {{"mode", "x"}};
  options.operation_metrics = {{"rows", 5}};
  options.tags = {{"run", "r7"}, {"operation", "ignored"}};
  options.app_version = {"app", 3};
  auto transaction = Transaction::On(*table.Load());
  transaction.Add(TestTable::File("new"));
  transaction.Remove("old");
  transaction.Remove("old");
  ASSERT_TRUE(transaction.AddColumns({{"extra", "string"}}).ok());
  ASSERT_TRUE(transaction.Commit(table.store(), nullptr, options).ok());
  const auto actions = Actions(table.store(), 2);
  EXPECT_EQ(Kinds(actions),
            (std::vector<std::string>{"commitInfo", "txn", "metaData", "remove", "add"}));
  json info = actions[0]["commitInfo"];
  EXPECT_EQ(info["txnId"].get<std::string>().size(), 36U);
  info.erase("txnId");
  EXPECT_TRUE(info["engineInfo"].get<std::string>().starts_with("Cadenza/"));
  info.erase("engineInfo");
  EXPECT_EQ(info, json::parse(R"({"timestamp":1541106106805,"operation":"MERGE","run":"r7",
      "operationParameters":{"mode":"x"},"operationMetrics":{"rows":"5"},"isBlindAppend":false,
      "readVersion":1})"));
  EXPECT_EQ(actions[1]["txn"],
            json::parse(R"({"appId":"app","version":3,"lastUpdated":1541106106805})"));
  EXPECT_EQ(actions[3]["remove"],
            json::parse(R"({"path":"old","deletionTimestamp":1541106106805,"dataChange":true,
      "extendedFileMetadata":true,"partitionValues":{"day":"2018-11-01"},"size":100})"));
  EXPECT_EQ(actions[4]["add"], json::parse(R"({"path":"new","size":100,"dataChange":true,
      "partitionValues":{"day":"2018-11-01"},"modificationTime":1541106106796,
      "stats":"{\"numRecords\":1}"})"));
}

TEST(TransactionTest, ABlindAppendSaysSo) {
  TestTable table;
  const auto blind = TestTable::At(kTestNowMs, ReadScope::kNothing);
  ASSERT_TRUE(table.Change(*table.Load(), {"a"}, {}, blind).ok());
  EXPECT_EQ(Actions(table.store(), 1)[0]["commitInfo"]["isBlindAppend"], true);
}

TEST(TransactionTest, CompactionChangesNoData) {
  TestTable table;
  table.Append("a");
  auto transaction = Transaction::On(*table.Load());
  EXPECT_TRUE(transaction.empty());
  transaction.SetDataChange(false);
  transaction.Remove("a");
  transaction.Add(TestTable::File("b"));
  EXPECT_FALSE(transaction.empty());
  ASSERT_TRUE(transaction.Commit(table.store(), nullptr, {}).ok());
  const auto actions = Actions(table.store(), 2);
  EXPECT_EQ(actions[1]["remove"]["dataChange"], false);
  EXPECT_EQ(actions[2]["add"]["dataChange"], false);
}

TEST(TransactionTest, EmptyPartitionValuesAreNull) {
  TestTable table;
  auto transaction = Transaction::On(*table.Load());
  transaction.Add(TestTable::File("a", ""));
  ASSERT_TRUE(transaction.Commit(table.store(), nullptr, {}).ok());
  EXPECT_TRUE(Actions(table.store(), 1)[1]["add"]["partitionValues"]["day"].is_null());
  EXPECT_EQ(table.Load()->files().at("a").partition_values.at("day"), std::nullopt);
}

TEST(TransactionTest, RefusesAPathTwiceOrUnknown) {
  TestTable table;
  table.Append("a");
  const Snapshot base = *table.Load();
  EXPECT_EQ(table.Change(base, {"a"}, {"a"}).error().kind, ErrorKind::kInput);
  EXPECT_EQ(table.Change(base, {"b", "b"}, {}).error().kind, ErrorKind::kInput);
  EXPECT_EQ(table.Change(base, {}, {"none"}).error().kind, ErrorKind::kInput);
  auto transaction = Transaction::On(base);
  AddFile file = TestTable::File("c");
  file.partition_values = {{"month", "1"}};
  transaction.Add(file);
  EXPECT_FALSE(transaction.Commit(table.store(), nullptr, {}).ok());
  EXPECT_EQ(table.Load()->version(), 1);
}

TEST(TransactionTest, AddsColumnsAndKeepsTheRestOfTheMetadata) {
  const auto store = ForeignTable(
      kProtocol12, R"({"name":"a","type":"long","nullable":false,"metadata":{"comment":"c"}})");
  auto transaction = Transaction::On(*Snapshot::Load(*store, nullptr));
  ASSERT_TRUE(transaction.AddColumns({{"a", "long"}}).ok());
  EXPECT_TRUE(transaction.empty()) << "the column is there";
  ASSERT_TRUE(transaction.AddColumns({{"b", "date", false}}).ok());
  EXPECT_FALSE(transaction.empty());
  EXPECT_EQ(transaction.AddColumns({{"a", "string"}}).error().kind, ErrorKind::kInput);
  EXPECT_EQ(transaction.AddColumns({{"B", "date"}}).error().kind, ErrorKind::kInput);
  ASSERT_TRUE(transaction.Commit(*store, nullptr, {}).ok());
  const json metadata = Actions(*store, 1)[1]["metaData"];
  EXPECT_EQ(metadata["id"], "the-id");
  EXPECT_EQ(metadata["name"], "n");
  EXPECT_EQ(metadata["future"], json::parse(R"({"k":[1]})"));
  EXPECT_EQ(metadata["configuration"], json::parse(R"({"k":"v","cadenza.columnsAdded":"true"})"));
  EXPECT_EQ(Snapshot::Load(*store, nullptr)->schema(),
            (Schema{{{"a", "long", false, R"({"comment":"c"})"}, {"b", "date", true}}}));
}

TEST(TransactionTest, RefusesTypesThatNeedFeatures) {
  TestTable table;
  auto transaction = Transaction::On(*table.Load());
  ASSERT_TRUE(transaction.AddColumns({{"local", "timestamp_ntz"}}).ok());
  const auto result = transaction.Commit(table.store(), nullptr, {});
  EXPECT_NE(result.error().message.find("timestamp_ntz"), std::string::npos);
  auto creation = Transaction::Create(TestTable::PlaysSchema(), {"none"});
  EXPECT_FALSE(creation.Commit(*OpenMemoryStore(), nullptr, {}).ok());
}

TEST(TransactionTest, RefusesNewerWriters) {
  const auto store = ForeignTable(R"({"minReaderVersion":1,"minWriterVersion":7,)"
                                  R"("writerFeatures":["domainMetadata","rowTracking"]})",
                                  R"({"name":"a","type":"long"})");
  auto transaction = Transaction::On(*Snapshot::Load(*store, nullptr));
  const auto result = transaction.Commit(*store, nullptr, {});
  EXPECT_EQ(result.error().kind, ErrorKind::kInput);
  EXPECT_NE(result.error().message.find("domainMetadata, rowTracking"), std::string::npos);
}

TEST(TransactionTest, HonoursAppendOnly) {
  TestTable table(Configuration{{"delta.appendOnly", "True"}});
  table.Append("a");
  EXPECT_EQ(table.Change(*table.Load(), {}, {"a"}).error().kind, ErrorKind::kInput);
  auto compaction = Transaction::On(*table.Load());
  compaction.SetDataChange(false);
  compaction.Remove("a");
  compaction.Add(TestTable::File("b"));
  EXPECT_TRUE(compaction.Commit(table.store(), nullptr, {}).ok());
}

TEST(TransactionTest, HonoursInvariants) {
  const auto store = ForeignTable(
      kProtocol12,
      R"({"name":"a","type":"long","metadata":{"delta.invariants":"{\"expression\":{}}"}})",
      R"({"add":{"path":"x","partitionValues":{},"size":1}})");
  const Snapshot base = *Snapshot::Load(*store, nullptr);
  auto addition = Transaction::On(base);
  addition.Add(Plain("y"));
  EXPECT_NE(addition.Commit(*store, nullptr, {}).error().message.find("invariant of column a"),
            std::string::npos);
  auto removal = Transaction::On(base);
  removal.Remove("x");
  EXPECT_TRUE(removal.Commit(*store, nullptr, {}).ok());
}

/// A checkpoint that fails must not take the commit with it.
class BrokenCodec final : public CheckpointCodec {
 public:
  Result<std::string> Encode(const std::vector<std::string>&) override {
    return Error{ErrorKind::kIo, "full"};
  }
  Result<std::vector<std::string>> Decode(const std::string&) override {
    return Error{ErrorKind::kIo, "broken"};
  }
};

TEST(TransactionTest, ACommitStandsWithoutItsCheckpoint) {
  TestTable table;
  BrokenCodec codec;
  CommitOptions options = TestTable::At(kTestNowMs);
  options.checkpoint_interval = 1;
  auto transaction = Transaction::On(*table.Load());
  transaction.Add(TestTable::File("a"));
  const auto result = transaction.Commit(table.store(), &codec, options);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->committed);
  EXPECT_FALSE(table.store().Get(CheckpointName(1))->has_value());
}

TEST(TransactionTest, TakesTwelveThousandFilesAtOnce) {
  TestTable table;
  std::vector<std::string> paths;
  paths.reserve(12'000);
  for (int number = 0; number < 12'000; ++number) {
    paths.push_back(fmt::format("day=2018-11-01/part-{:05}.parquet", number));
  }
  ASSERT_TRUE(table.Change(*table.Load(), paths, {}).ok());
  EXPECT_EQ(table.Paths(), paths);
  ASSERT_TRUE(table.Change(*table.Load(), {"one"}, paths).ok());
  EXPECT_EQ(table.Paths(), (std::vector<std::string>{"one"}));
}

}  // namespace
}  // namespace cadenza::delta

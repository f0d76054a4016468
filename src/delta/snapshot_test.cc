#include "delta/snapshot.h"

#include <gtest/gtest.h>

#include "delta/log_file.h"
#include "delta/test_table.h"

namespace cadenza::delta {
namespace {

constexpr const char* kProtocol = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})";
constexpr const char* kSnapshotMetadata =
    R"({"metaData":{"id":"i","format":{"provider":"parquet"},"schemaString":)"
    R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\"}]}",)"
    R"("partitionColumns":[],"configuration":{"x":"y"}}})";

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string Checkpoint(const std::vector<std::string>& rows) { return *LineCodec().Encode(rows); }

/// Loads a log of one commit.
Result<Snapshot> LoadCommit(const std::string& text) {
  const auto store = OpenMemoryStore();
  EXPECT_TRUE(store->Put(CommitName(0), text).ok());
  return Snapshot::Load(*store, nullptr);
}

TEST(SnapshotTest, HoldsWhatTheLogSays) {
  const std::string add =
      R"({"add":{"path":"p%20q","partitionValues":{"x":"","y":"1","z":null},"size":5,)"
      R"("modificationTime":6,"stats":"{}","tags":{"t":"u"},"new":1}})";
  const auto snapshot = LoadCommit(
      Lines({R"({"commitInfo":{}})", kProtocol, kSnapshotMetadata,
             R"({"txn":{"appId":"app","version":7}})", add,
             R"({"add":{"path":"gone","partitionValues":{},"size":1}})",
             R"({"remove":{"path":"gone"}})", R"({"futureAction":{"a":1}})", "", "  \r"}));
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
  EXPECT_EQ(snapshot->version(), 0);
  EXPECT_EQ(snapshot->schema(), (Schema{{{"a", "long"}}}));
  EXPECT_EQ(snapshot->configuration().at("x"), "y");
  EXPECT_EQ(snapshot->TransactionVersion("app"), 7);
  EXPECT_EQ(snapshot->TransactionVersion("other"), std::nullopt);
  const AddFile expected = {
      .path = "p q",
      .partition_values = {{"x", std::nullopt}, {"y", "1"}, {"z", std::nullopt}},
      .size_bytes = 5,
      .modified_ms = 6,
      .stats = "{}",
      .deletion_vector = "",
      .tags = R"({"t":"u"})"};
  ASSERT_EQ(snapshot->files().size(), 1U);
  EXPECT_EQ(snapshot->files().at("p q"), expected);
}

TEST(SnapshotTest, AFileUnderAnotherDeletionVectorIsAnotherFile) {
  const std::string masked =
      R"({"add":{"path":"a","partitionValues":{},"size":1,"deletionVector":{"storageType":"u",)"
      R"("pathOrInlineDv":"ab^-","offset":1,"sizeInBytes":4,"cardinality":1}}})";
  const auto snapshot = LoadCommit(
      Lines({kProtocol, kSnapshotMetadata, R"({"add":{"path":"a","partitionValues":{},"size":1}})",
             masked, R"({"remove":{"path":"a","dataChange":true}})"}));
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
  ASSERT_EQ(snapshot->files().size(), 1U);
  EXPECT_NE(snapshot->files().at("a").deletion_vector, "");
}

TEST(SnapshotTest, LoadsEveryVersion) {
  TestTable table;
  for (const char* path : {"a", "b", "c"}) table.Append(path);
  ASSERT_TRUE(table.Change(*table.Load(), {"d"}, {"a", "b"}).ok());
  EXPECT_TRUE(table.Paths(0).empty());
  EXPECT_EQ(table.Paths(3), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(table.Paths(4), (std::vector<std::string>{"c", "d"}));
  EXPECT_EQ(table.Paths(), table.Paths(4));
  for (const int64_t version : {5, -1}) {
    EXPECT_EQ(table.Load(version).error().kind, ErrorKind::kNotFound);
  }
}

TEST(SnapshotTest, ThereMustBeATable) {
  const auto store = OpenMemoryStore();
  EXPECT_EQ(Snapshot::Load(*store, nullptr).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(store->Put("_delta_log/00000000000000000000.crc", "x").ok());
  ASSERT_TRUE(store->Put("_delta_log/99999999999999999999.json", "x").ok());
  ASSERT_TRUE(store->Put("_delta_log/sub/00000000000000000000.json", "x").ok());
  EXPECT_EQ(Snapshot::Load(*store, nullptr).error().kind, ErrorKind::kNotFound);
}

TEST(SnapshotTest, ACorruptLineIsNamed) {
  for (const char* line : {"{\"add\":", "5", "[]", "{\"add\":{}}", "{\"remove\":{\"path\":1}}",
                           "{\"metaData\":{}}", "\xFF", "{\"add\":{\"path\":1e999}}"}) {
    const auto snapshot = LoadCommit(Lines({kProtocol, "", line, kSnapshotMetadata}));
    ASSERT_FALSE(snapshot.ok()) << line;
    EXPECT_EQ(snapshot.error().kind, ErrorKind::kInput);
    EXPECT_NE(snapshot.error().message.find("_delta_log/00000000000000000000.json:3: "),
              std::string::npos)
        << snapshot.error().message;
  }
}

TEST(SnapshotTest, DeepNestingIsRefused) {
  EXPECT_FALSE(LoadCommit("{\"a\":" + std::string(100'000, '[')).ok());
}

TEST(SnapshotTest, ProtocolAndMetadataAreNeeded) {
  EXPECT_NE(LoadCommit(kSnapshotMetadata).error().message.find("protocol"), std::string::npos);
  EXPECT_NE(LoadCommit(kProtocol).error().message.find("metaData"), std::string::npos);
}

TEST(SnapshotTest, NewerReadersAreToldWhatIsMissing) {
  const auto features = LoadCommit(
      Lines({R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
             R"("readerFeatures":["deletionVectors","timestampNtz"],"writerFeatures":[]}})",
             kSnapshotMetadata}));
  EXPECT_EQ(features.error().kind, ErrorKind::kInput);
  EXPECT_NE(features.error().message.find("deletionVectors, timestampNtz"), std::string::npos);
  const auto mapping = LoadCommit(
      Lines({R"({"protocol":{"minReaderVersion":2,"minWriterVersion":5}})", kSnapshotMetadata}));
  EXPECT_NE(mapping.error().message.find("column mapping"), std::string::npos);
}

TEST(SnapshotTest, AGapIsAnError) {
  TestTable table;
  for (const char* path : {"a", "b", "c"}) table.Append(path);
  ASSERT_TRUE(table.store().Remove(CommitName(2)).ok());
  const auto snapshot = table.Load();
  EXPECT_EQ(snapshot.error().kind, ErrorKind::kInput);
  EXPECT_NE(snapshot.error().message.find(CommitName(2)), std::string::npos);
  EXPECT_EQ(table.Paths(1).size(), 1U);
}

/// A table with checkpoints at 10 and 20 and a tail up to 23.
class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    for (int version = 1; version <= 23; ++version) table_.Append(fmt::format("f{:02}", version));
  }
  void DropCommits(int64_t first, int64_t last) {
    for (int64_t version = first; version <= last; ++version) {
      EXPECT_TRUE(table_.store().Remove(CommitName(version)).ok());
    }
  }
  void Put(std::string_view name, std::string_view bytes) {
    EXPECT_TRUE(table_.store().Put(name, bytes).ok());
  }

  TestTable table_;
};

TEST_F(CheckpointTest, StandsForTheCommitsBeforeIt) {
  DropCommits(0, 20);
  EXPECT_EQ(table_.Paths().size(), 23U);
  EXPECT_EQ(table_.Paths(20).size(), 20U);
  EXPECT_EQ(table_.Paths(10).size(), 10U);
  EXPECT_FALSE(table_.Load(15).ok());
  const Snapshot snapshot = *table_.Load();
  EXPECT_EQ(snapshot.schema(), TestTable::PlaysSchema());
  EXPECT_EQ(snapshot.files().at("f01"), TestTable::File("f01"));
}

TEST_F(CheckpointTest, TheHintMayBeStaleMissingOrCorrupt) {
  DropCommits(0, 20);
  for (const char* hint : {"{\"version\":10}", "{\"version\":99}", "nonsense", ""}) {
    Put(kLastCheckpointName, hint);
    EXPECT_EQ(table_.Paths().size(), 23U) << hint;
  }
  ASSERT_TRUE(table_.store().Remove(kLastCheckpointName).ok());
  EXPECT_EQ(table_.Paths().size(), 23U);
}

TEST_F(CheckpointTest, AnUnreadableOneIsPassedOver) {
  Put(CheckpointName(20), "torn");
  EXPECT_EQ(table_.Paths().size(), 23U);
  DropCommits(0, 9);
  EXPECT_EQ(table_.Paths().size(), 23U) << "from the checkpoint at 10";
  Put(CheckpointName(10), Checkpoint({"torn row"}));
  const auto snapshot = table_.Load();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_NE(snapshot.error().message.find(CommitName(0)), std::string::npos);
  EXPECT_NE(snapshot.error().message.find(CheckpointName(20)), std::string::npos);
}

TEST_F(CheckpointTest, OneThatIsNotWhatTheHintSaysIsPassedOver) {
  auto rows = *table_.codec().Decode(**table_.store().Get(CheckpointName(20)));
  rows.pop_back();
  Put(CheckpointName(20), Checkpoint(rows));
  EXPECT_EQ(table_.Paths().size(), 23U);
  DropCommits(0, 20);
  ASSERT_TRUE(table_.store().Remove(CheckpointName(10)).ok());
  const auto snapshot = table_.Load();
  ASSERT_FALSE(snapshot.ok()) << "never a part of a table";
  EXPECT_NE(snapshot.error().message.find("_last_checkpoint says"), std::string::npos);
}

TEST_F(CheckpointTest, SidecarsAreNotPassedOver) {
  DropCommits(0, 20);
  Put(CheckpointName(20),
      Checkpoint({kProtocol, kSnapshotMetadata, R"({"sidecar":{"path":"x"}})"}));
  EXPECT_FALSE(Snapshot::LoadForReading(table_.store(), &table_.codec()).ok());
}

TEST_F(CheckpointTest, WithoutACodecTheCommitsAreRead) {
  EXPECT_EQ(Snapshot::Load(table_.store(), nullptr)->files().size(), 23U);
  DropCommits(0, 20);
  EXPECT_FALSE(Snapshot::Load(table_.store(), nullptr).ok());
}

TEST_F(CheckpointTest, PartsCountWhenAllAreThere) {
  const std::string name = "_delta_log/00000000000000000020.checkpoint.{:010}.0000000002.parquet";
  const std::string wide = R"({"txn":null,"protocol":null,"add":{"path":"only","size":1}})";
  ASSERT_TRUE(table_.store().Remove(CheckpointName(20)).ok());
  ASSERT_TRUE(table_.store().Remove(kLastCheckpointName).ok());
  Put(fmt::format(fmt::runtime(name), 1), Checkpoint({kProtocol, kSnapshotMetadata}));
  EXPECT_EQ(table_.Paths(20).size(), 20U) << "from the checkpoint at 10";
  Put(fmt::format(fmt::runtime(name), 2), Checkpoint({wide}));
  EXPECT_EQ(table_.Paths(20), (std::vector<std::string>{"only"}));
}

TEST_F(CheckpointTest, AV2CheckpointIsNamedWhenNothingElseIsThere) {
  DropCommits(0, 20);
  for (const int64_t version : {10, 20}) {
    ASSERT_TRUE(table_.store().Remove(CheckpointName(version)).ok());
  }
  Put("_delta_log/00000000000000000020.checkpoint.80a083e8-7026-4e79.parquet", "x");
  EXPECT_NE(table_.Load().error().message.find("v2Checkpoint"), std::string::npos);
}

TEST_F(CheckpointTest, TheHintTellsItsSize) {
  const std::string hint = **table_.store().Get(kLastCheckpointName);
  const size_t bytes = (*table_.store().Get(CheckpointName(20)))->size();
  EXPECT_EQ(hint, fmt::format(R"({{"version":20,"size":22,"sizeInBytes":{},"numOfAddFiles":20}})",
                              bytes));
}

TEST(WriteCheckpointTest, KeepsYoungRemovesTransactionsAndForeignKeys) {
  constexpr int64_t kDayMs = 86'400'000;
  TestTable table(Configuration{{"delta.deletedFileRetentionDuration", "interval 2 days"}});
  table.Append("a");
  table.Append("b");
  CommitOptions options = TestTable::At(kTestNowMs - 3 * kDayMs);
  options.app_version = {"app", 4};
  ASSERT_TRUE(table.Change(*table.Load(), {}, {"a"}, options).ok());
  ASSERT_TRUE(table.Change(*table.Load(), {}, {"b"}, TestTable::At(kTestNowMs - kDayMs)).ok());
  ASSERT_TRUE(WriteCheckpoint(table.store(), table.codec(), *table.Load(), kTestNowMs).ok());
  const auto rows = table.codec().Decode(**table.store().Get(CheckpointName(4)));
  ASSERT_EQ(rows->size(), 4U);
  EXPECT_TRUE((*rows)[0].starts_with("{\"protocol\""));
  EXPECT_TRUE((*rows)[1].starts_with("{\"metaData\""));
  EXPECT_TRUE((*rows)[2].starts_with("{\"txn\""));
  EXPECT_NE((*rows)[3].find("\"path\":\"b\""), std::string::npos);
  EXPECT_NE((*rows)[3].find("\"dataChange\":false"), std::string::npos);
  ASSERT_TRUE(table.store().Remove(CommitName(0)).ok());
  EXPECT_EQ(table.Load()->TransactionVersion("app"), 4);
}

TEST(WriteCheckpointTest, LeavesTablesOfNewerWritersAlone) {
  const auto store = OpenMemoryStore();
  LineCodec codec;
  ASSERT_TRUE(store
                  ->Put(CommitName(0), Lines({R"({"protocol":{"minReaderVersion":1,)"
                                              R"("minWriterVersion":4}})",
                                              kSnapshotMetadata}))
                  .ok());
  const auto snapshot = Snapshot::Load(*store, &codec);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_FALSE(WriteCheckpoint(*store, codec, *snapshot).ok());
}

}  // namespace
}  // namespace cadenza::delta

#include "delta/vacuum.h"

#include <gtest/gtest.h>

#include "delta/action_json.h"
#include "delta/log_cleanup.h"
#include "delta/log_file.h"
#include "delta/test_table.h"

namespace cadenza::delta {
namespace {

constexpr int64_t kHour = 60LL * 60 * 1000;

/// Times of commits: creation 0, then one an hour, counted from kTestNowMs.
class VacuumTest : public testing::Test {
 protected:
  static int64_t Hour(int64_t hours) { return kTestNowMs + hours * kHour; }

  void Put(const std::string& name) { ASSERT_TRUE(table_.store().Put(name, "x").ok()); }
  void Commit(const std::vector<std::string>& adds, const std::vector<std::string>& removes,
              int64_t now_ms) {
    for (const std::string& path : adds) Put(path);
    const auto result =
        table_.Change(*table_.Load(), adds, removes, TestTable::At(now_ms, ReadScope::kTouched));
    ASSERT_TRUE(result.ok()) << result.error().message;
  }
  std::vector<std::string> Deleted(int64_t since_ms) {
    const auto plan = PlanVacuum(table_.store(), &table_.codec(), since_ms);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
    std::vector<std::string> names;
    if (plan.ok()) {
      for (const ObjectInfo& file : plan->files) names.push_back(file.name);
    }
    return names;
  }
  using Names = std::vector<std::string>;

  TestTable table_;
};

/// The store stamps objects with the real clock, which is later than the commits of these tests:
/// a time to come makes them old enough.
constexpr int64_t kLater = 8'000'000'000'000;

TEST_F(VacuumTest, KeepsWhatAVersionWithinTheRetentionHolds) {
  Commit({"a"}, {}, Hour(1));
  Commit({"b"}, {"a"}, Hour(2));
  Commit({"c"}, {"b"}, Hour(3));
  const auto readable = [&](int64_t hour) {
    auto paths = PathsReadableSince(table_.store(), &table_.codec(), Hour(hour));
    EXPECT_TRUE(paths.ok());
    return Names(paths->begin(), paths->end());
  };
  EXPECT_EQ(readable(0), (Names{"a", "b", "c"}));
  EXPECT_EQ(readable(1), (Names{"a", "b", "c"})) << "a was live until hour 2";
  EXPECT_EQ(readable(2), (Names{"b", "c"}));
  EXPECT_EQ(readable(3), (Names{"c"}));
  EXPECT_EQ(readable(9), (Names{"c"}));
  EXPECT_EQ(readable(-5), (Names{"a", "b", "c"}));
}

TEST_F(VacuumTest, KeepsThemAlsoWhenTheCheckpointDroppedTheirTombstones) {
  TestTable table(Configuration{{"delta.deletedFileRetentionDuration", "interval 1 second"}});
  table.Append("a", Hour(1));
  ASSERT_TRUE(table.Change(*table.Load(), {"b"}, {"a"}, TestTable::At(Hour(2))).ok());
  ASSERT_TRUE(WriteCheckpoint(table.store(), table.codec(), *table.Load(), Hour(30)).ok());
  table.Append("c", Hour(31));
  const auto paths = PathsReadableSince(table.store(), &table.codec(), Hour(1));
  ASSERT_TRUE(paths.ok());
  EXPECT_TRUE(paths->contains("a"));
}

TEST_F(VacuumTest, DeletesWhatNoVersionHoldsAndWhatNobodyCommitted) {
  Commit({"a", "day=2018-11-02/b"}, {}, Hour(1));
  Commit({"c"}, {"a"}, Hour(2));
  Put("stray.parquet");
  EXPECT_EQ(Deleted(kLater), (Names{"a", "stray.parquet"}));
}

TEST_F(VacuumTest, YoungFilesMayBelongToAWriterAtWork) {
  Put("stray.parquet");
  EXPECT_EQ(Deleted(Hour(0)), Names{});
  const auto plan = PlanVacuum(table_.store(), &table_.codec(), Hour(0));
  EXPECT_EQ(plan->kept_files, 1);
  EXPECT_EQ(plan->kept_bytes, 1);
}

TEST_F(VacuumTest, HiddenNamesAreNoData) {
  for (const char* name : {"_change_data/x.parquet", ".hidden", "day=1/_temporary/y", "_SUCCESS"}) {
    Put(name);
  }
  Put("_odd=1/z.parquet");
  EXPECT_EQ(Deleted(kLater), Names{"_odd=1/z.parquet"});
}

TEST_F(VacuumTest, GoesBackOnlyAsFarAsTheLogDoes) {
  for (int hour = 1; hour <= 12; ++hour) Commit({"f" + std::to_string(hour)}, {}, Hour(hour));
  const auto cleanup = PlanLogCleanup(table_.store(), Hour(11));
  ASSERT_TRUE(cleanup.ok());
  ASSERT_EQ(cleanup->oldest_kept, 10);
  ASSERT_TRUE(CleanLog(table_.store(), *cleanup).ok());
  EXPECT_EQ(PathsReadableSince(table_.store(), &table_.codec(), Hour(0))->size(), 12U);
}

class LogCleanupTest : public testing::Test {
 protected:
  void Fill(TestTable* table, int64_t versions) {
    for (int64_t v = 1; v <= versions; ++v) {
      table->Append("f" + std::to_string(v), kTestNowMs + v * kHour);
    }
  }
};

TEST_F(LogCleanupTest, BeginsAtTheNewestCheckpointThatIsOldEnough) {
  TestTable table;
  Fill(&table, 35);
  const auto oldest = [&](int64_t hour) {
    return PlanLogCleanup(table.store(), kTestNowMs + hour * kHour)->oldest_kept;
  };
  EXPECT_EQ(oldest(9), 0);
  EXPECT_EQ(oldest(10), 10);
  EXPECT_EQ(oldest(29), 20);
  EXPECT_EQ(oldest(99), 30);
}

TEST_F(LogCleanupTest, LeavesAReadableLogWhereverItIsCutOff) {
  TestTable table;
  Fill(&table, 35);
  auto cleanup = *PlanLogCleanup(table.store(), kTestNowMs + 30 * kHour);
  EXPECT_EQ(cleanup.files.size(), 30U + 2U) << "commits 0 to 29, checkpoints 10 and 20";
  LogCleanup one = cleanup;
  for (const ObjectInfo& file : cleanup.files) {
    one.files = {file};
    ASSERT_TRUE(CleanLog(table.store(), one).ok());
    ASSERT_EQ(table.Paths().size(), 35U) << "after " << file.name;
    const int64_t oldest = *OldestVersion(table.store());
    ASSERT_EQ(table.Paths(oldest).size(), static_cast<size_t>(oldest)) << "after " << file.name;
  }
  EXPECT_EQ(*OldestVersion(table.store()), 30);
  EXPECT_TRUE(PlanLogCleanup(table.store(), kTestNowMs + 30 * kHour)->files.empty());
}

TEST_F(LogCleanupTest, WhatIsGoneIsSaidClearly) {
  TestTable table;
  Fill(&table, 12);
  ASSERT_TRUE(CleanLog(table.store(), *PlanLogCleanup(table.store(), kTestNowMs * 2)).ok());
  const auto gone = table.Load(3);
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().kind, ErrorKind::kNotFound);
  for (const char* part : {"cleaned up", "10", "no version 3"}) {
    EXPECT_NE(gone.error().message.find(part), std::string::npos) << gone.error().message;
  }
  const auto early = Snapshot::LoadAsOf(table.store(), &table.codec(), kTestNowMs);
  ASSERT_FALSE(early.ok());
  EXPECT_NE(early.error().message.find("cleaned up"), std::string::npos) << early.error().message;
  const auto later = Snapshot::LoadAsOf(table.store(), &table.codec(), kTestNowMs + 11 * kHour);
  ASSERT_TRUE(later.ok()) << later.error().message;
  EXPECT_EQ(later->version(), 11);
}

TEST_F(LogCleanupTest, NothingGoesWithoutACheckpoint) {
  TestTable table;
  Fill(&table, 9);
  const auto cleanup = PlanLogCleanup(table.store(), kTestNowMs * 2);
  ASSERT_TRUE(cleanup.ok());
  EXPECT_TRUE(cleanup->files.empty());
  EXPECT_FALSE(PlanLogCleanup(table.store(), 0, 5).ok()) << "version 5 cannot be the oldest";
}

TEST_F(LogCleanupTest, ForgetsYoungVersionsWhenAsked) {
  TestTable table;
  Fill(&table, 25);
  ASSERT_TRUE(WriteCheckpoint(table.store(), table.codec(), *table.Load(13), kTestNowMs).ok());
  EXPECT_EQ(PlanLogCleanup(table.store(), kTestNowMs, 12)->oldest_kept, 13);
  EXPECT_EQ(PlanLogCleanup(table.store(), kTestNowMs, 13)->oldest_kept, 13);
  EXPECT_EQ(PlanLogCleanup(table.store(), kTestNowMs, 14)->oldest_kept, 20);
  EXPECT_EQ(PlanLogCleanup(table.store(), kTestNowMs + 22 * kHour, 13)->oldest_kept, 20);
}

TEST_F(LogCleanupTest, NeighboursOfOtherWritersGoAlong) {
  TestTable table;
  Fill(&table, 12);
  for (const char* name : {"00000000000000000004.crc", "00000000000000000010.crc",
                           "00000000000000000001.00000000000000000004.compacted.json",
                           "_commits/00000000000000000004.uuid.json"}) {
    ASSERT_TRUE(table.store().Put(std::string(kLogFolder) + "/" + name, "x").ok());
  }
  std::vector<std::string> names;
  const auto cleanup = PlanLogCleanup(table.store(), kTestNowMs * 2);
  for (const ObjectInfo& file : cleanup->files) {
    if (!file.name.ends_with(".json") || file.name.find("compacted") != std::string::npos) {
      names.push_back(file.name);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "_delta_log/00000000000000000001.00000000000000000004.compacted.json",
                       "_delta_log/00000000000000000004.crc"}));
}

/// Counts what is read, because a log of years must not cost its length.
class CountingStore final : public ObjectStore {
 public:
  explicit CountingStore(ObjectStore& store) : store_(store) {}
  int gets = 0;

  Result<std::optional<std::string>> Get(std::string_view name) override {
    ++gets;
    return store_.Get(name);
  }
  Status Put(std::string_view name, std::string_view bytes) override {
    return store_.Put(name, bytes);
  }
  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override {
    return store_.PutIfAbsent(name, bytes);
  }
  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override {
    return store_.List(prefix);
  }
  Status Remove(std::string_view name) override { return store_.Remove(name); }
  Status Sync() override { return store_.Sync(); }
  const std::string& root() const override { return store_.root(); }

 private:
  ObjectStore& store_;
};

TEST_F(LogCleanupTest, ALogOfMoreThanTenThousandCommits) {
  constexpr int kCommits = 10'025;
  TestTable table;
  Snapshot base = *table.Load();
  const std::string text = R"({"commitInfo":{"timestamp":)";
  for (int v = 1; v <= kCommits; ++v) {
    const std::string line = fmt::format(
        "{}{}}}}}\n{}\n{{\"remove\":{{\"path\":\"f{}\",\"deletionTimestamp\":{}}}}}\n", text,
        kTestNowMs + v * kHour, AddAction(TestTable::File("f" + std::to_string(v)), true), v - 1,
        kTestNowMs + v * kHour);
    ASSERT_TRUE(table.store().Put(CommitName(v), line).ok());
  }
  const int64_t now_ms = kTestNowMs + kCommits * kHour;
  for (const int64_t version : {int64_t{5000}, int64_t{10'000}, int64_t{10'020}}) {
    ASSERT_TRUE(WriteCheckpoint(table.store(), table.codec(), *table.Load(version), now_ms).ok());
  }
  CountingStore counted(table.store());
  const auto newest = Snapshot::Load(counted, &table.codec());
  ASSERT_TRUE(newest.ok()) << newest.error().message;
  EXPECT_EQ(newest->version(), kCommits);
  EXPECT_EQ(newest->files().size(), 1U);
  // The checkpoint, what _last_checkpoint says of it, and five commits.
  EXPECT_LE(counted.gets, 1 + 1 + 5);
  counted.gets = 0;
  const auto cleanup = PlanLogCleanup(counted, now_ms - 30 * 24 * kHour);
  EXPECT_EQ(cleanup->oldest_kept, 5000);
  EXPECT_LE(counted.gets, 3);
  ASSERT_TRUE(CleanLog(counted, *cleanup).ok());
  EXPECT_EQ(table.Paths(), std::vector<std::string>{fmt::format("f{}", kCommits)});
  EXPECT_EQ(table.Paths(5001), std::vector<std::string>{"f5001"});
}

}  // namespace
}  // namespace cadenza::delta

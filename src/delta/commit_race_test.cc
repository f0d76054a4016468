#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <thread>

#include "delta/log_file.h"
#include "delta/test_table.h"

namespace cadenza::delta {
namespace {

/// A table with files a and b; the base is read, then somebody else commits.
class CommitRaceTest : public testing::Test {
 protected:
  CommitRaceTest() {
    table_.Append("a");
    table_.Append("b");
    base_ = *table_.Load();
  }
  Result<CommitResult> Commit(const std::vector<std::string>& adds,
                              const std::vector<std::string>& removes, ReadScope scope) {
    return table_.Change(base_, adds, removes, TestTable::At(kTestNowMs, scope));
  }
  void ExpectConflict(const Result<CommitResult>& result, const char* reason) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, ErrorKind::kConflict) << result.error().message;
    EXPECT_NE(result.error().message.find(reason), std::string::npos) << result.error().message;
  }
  /// A neighbour moves file b elsewhere without changing data.
  void Compact() {
    auto compaction = Transaction::On(base_);
    compaction.SetDataChange(false);
    compaction.Remove("b");
    compaction.Add(TestTable::File("b2"));
    ASSERT_TRUE(compaction.Commit(table_.store(), nullptr, {}).ok());
  }

  TestTable table_;
  Snapshot base_;
};

TEST_F(CommitRaceTest, ABlindAppendGoesAfterAnyData) {
  ASSERT_TRUE(Commit({"c"}, {"a"}, ReadScope::kWholeTable).ok());
  table_.Append("d");
  const auto result = Commit({"e"}, {}, ReadScope::kNothing);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->version, 5);
  EXPECT_EQ(table_.Paths(), (std::vector<std::string>{"b", "c", "d", "e"}));
}

TEST_F(CommitRaceTest, AnyScopeLosesToAChangeOfSchema) {
  auto growth = Transaction::On(base_);
  ASSERT_TRUE(growth.AddColumns({{"more", "long"}}).ok());
  ASSERT_TRUE(growth.Commit(table_.store(), nullptr, {}).ok());
  for (const ReadScope scope : {ReadScope::kNothing, ReadScope::kTouched, ReadScope::kWholeTable}) {
    ExpectConflict(Commit({"c"}, {}, scope), "schema or configuration changed meanwhile, by");
  }
}

TEST_F(CommitRaceTest, AnyScopeLosesToAChangeOfProtocol) {
  ASSERT_TRUE(table_.store()
                  .Put(CommitName(3), R"({"protocol":{"minReaderVersion":1,"minWriterVersion":1}})")
                  .ok());
  ExpectConflict(Commit({"c"}, {}, ReadScope::kNothing), "protocol changed");
}

TEST_F(CommitRaceTest, TouchedFilesMustStillBeThere) {
  ASSERT_TRUE(Commit({"c"}, {"a"}, ReadScope::kWholeTable).ok());
  ExpectConflict(Commit({"d"}, {"a"}, ReadScope::kTouched), "a file to be removed");
  ExpectConflict(Commit({"d"}, {"a"}, ReadScope::kNothing), "a file to be removed");
  EXPECT_TRUE(Commit({"d"}, {"b"}, ReadScope::kTouched).ok());
}

TEST_F(CommitRaceTest, AReaderOfTheWholeTableLosesToAnyData) {
  table_.Append("c");
  ExpectConflict(Commit({"d"}, {}, ReadScope::kWholeTable), "data changed");
}

TEST_F(CommitRaceTest, CompactionIsNoChangeOfData) {
  Compact();
  EXPECT_TRUE(Commit({"d"}, {"a"}, ReadScope::kWholeTable).ok());
  ExpectConflict(Commit({"e"}, {"b"}, ReadScope::kWholeTable), "a file to be removed");
}

TEST_F(CommitRaceTest, AWinnerThatCannotBeReadIsAnError) {
  ASSERT_TRUE(table_.store().Put(CommitName(3), "torn").ok());
  const auto result = Commit({"c"}, {}, ReadScope::kNothing);
  EXPECT_EQ(result.error().kind, ErrorKind::kInput);
  EXPECT_NE(result.error().message.find(CommitName(3) + ":1"), std::string::npos);
}

TEST_F(CommitRaceTest, AnAppVersionIsCommittedOnce) {
  CommitOptions options = TestTable::At(kTestNowMs);
  options.app_version = {"app", 5};
  ASSERT_TRUE(table_.Change(base_, {"c"}, {}, options)->committed);
  // The base does not know of it: the winner does.
  auto result = table_.Change(base_, {"c2"}, {}, options);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_FALSE(result->committed);
  EXPECT_EQ(result->version, 3);
  // A fresh base does.
  options.app_version = {"app", 4};
  EXPECT_FALSE(table_.Change(*table_.Load(), {"c3"}, {}, options)->committed);
  options.app_version = {"app", 6};
  EXPECT_TRUE(table_.Change(*table_.Load(), {"c4"}, {}, options)->committed);
  EXPECT_EQ(table_.Paths(), (std::vector<std::string>{"a", "b", "c", "c4"}));
}

TEST_F(CommitRaceTest, TheSameAppMayNotRunTwiceAtATime) {
  CommitOptions options = TestTable::At(kTestNowMs, ReadScope::kNothing);
  options.app_version = {"app", 5};
  ASSERT_TRUE(table_.Change(base_, {"c"}, {}, options)->committed);
  options.app_version = {"app", 6};
  ExpectConflict(table_.Change(base_, {"d"}, {}, options), "same application");
}

/// Passes calls on, but the answers to some puts get lost.
class LossyStore final : public ObjectStore {
 public:
  enum class Loss { kAnswersFalse, kFailsAfter, kFailsBefore };
  LossyStore(ObjectStore& store, Loss loss) : store_(store), loss_(loss) {}

  Result<std::optional<std::string>> Get(std::string_view name) override {
    return store_.Get(name);
  }
  Status Put(std::string_view name, std::string_view bytes) override {
    return store_.Put(name, bytes);
  }
  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override {
    if (loss_ != Loss::kFailsBefore) CADENZA_TRY(store_.PutIfAbsent(name, bytes));
    if (loss_ == Loss::kAnswersFalse) return false;
    return Error{ErrorKind::kIo, "timed out"};
  }
  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override {
    return store_.List(prefix);
  }
  Status Remove(std::string_view name) override { return store_.Remove(name); }
  Status Sync() override { return store_.Sync(); }
  const std::string& root() const override { return store_.root(); }

 private:
  ObjectStore& store_;
  const Loss loss_;
};

TEST_F(CommitRaceTest, ALostAnswerIsNoLostRace) {
  for (const auto loss : {LossyStore::Loss::kAnswersFalse, LossyStore::Loss::kFailsAfter}) {
    LossyStore lossy(table_.store(), loss);
    const Snapshot base = *table_.Load();
    auto transaction = Transaction::On(base);
    transaction.Add(TestTable::File(fmt::format("c{}", base.version())));
    const auto result = transaction.Commit(lossy, nullptr, {});
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_TRUE(result->committed);
    EXPECT_EQ(result->version, base.version() + 1);
  }
  EXPECT_EQ(table_.Paths(), (std::vector<std::string>{"a", "b", "c2", "c3"}));
}

TEST_F(CommitRaceTest, ALostAnswerCountsWhenCreating) {
  const auto store = OpenMemoryStore();
  LossyStore lossy(*store, LossyStore::Loss::kAnswersFalse);
  auto creation = Transaction::Create(TestTable::PlaysSchema(), {});
  EXPECT_TRUE(creation.Commit(lossy, nullptr, {})->committed);
}

TEST_F(CommitRaceTest, AFailedPutIsAnError) {
  LossyStore lossy(table_.store(), LossyStore::Loss::kFailsBefore);
  auto transaction = Transaction::On(base_);
  transaction.Add(TestTable::File("c"));
  EXPECT_EQ(transaction.Commit(lossy, nullptr, {}).error().kind, ErrorKind::kIo);
}

/// A local folder for one test.
class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "cadenza-delta-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(CommitThreadsTest, NoCommitIsLostAndNoneDoubled) {
  constexpr size_t kThreads = 8;
  constexpr size_t kCommits = 30;
  const Folder folder;
  const auto store = OpenLocalStore(folder.path());
  auto creation = Transaction::Create({{{"a", "long"}}}, {});
  ASSERT_TRUE(creation.Commit(*store, nullptr, {}).ok());
  std::vector<std::vector<int64_t>> versions(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      LineCodec codec;
      CommitOptions options;
      options.scope = ReadScope::kNothing;
      for (size_t number = 0; number < kCommits; ++number) {
        const auto base = Snapshot::Load(*store, &codec);
        ASSERT_TRUE(base.ok()) << base.error().message;
        auto transaction = Transaction::On(*base);
        AddFile file;
        file.path = fmt::format("{}-{}", thread, number);
        transaction.Add(file);
        options.app_version = {fmt::format("app{}", thread), number};
        const auto result = transaction.Commit(*store, &codec, options);
        ASSERT_TRUE(result.ok()) << result.error().message;
        ASSERT_TRUE(result->committed);
        versions[thread].push_back(result->version);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<int64_t> distinct;
  for (const auto& of_thread : versions) distinct.insert(of_thread.begin(), of_thread.end());
  EXPECT_EQ(distinct.size(), kThreads * kCommits);
  EXPECT_EQ(*distinct.rbegin(), int64_t{kThreads * kCommits});
  LineCodec codec;
  EXPECT_EQ(Snapshot::Load(*store, &codec)->files().size(), kThreads * kCommits);
  EXPECT_EQ(Snapshot::Load(*store, nullptr)->files().size(), kThreads * kCommits);
}

TEST(CommitThreadsTest, OneOfManyCreatesTheTable) {
  const Folder folder;
  const auto store = OpenLocalStore(folder.path());
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      auto creation = Transaction::Create({{{"a", "long"}}}, {});
      const auto result = creation.Commit(*store, nullptr, {});
      created += result.ok() ? 1 : 0;
      if (!result.ok()) {
        EXPECT_EQ(result.error().kind, ErrorKind::kConflict);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
}

}  // namespace
}  // namespace cadenza::delta

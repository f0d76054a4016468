#include "storage/object_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace cadenza {
namespace {

using Open = std::unique_ptr<ObjectStore> (*)(const std::string& folder);

/// Both stores keep one contract.
class ObjectStoreTest : public testing::TestWithParam<Open> {
 protected:
  ObjectStoreTest() : folder_(MakeFolder()), store_(GetParam()(folder_ + "/new/root")) {}
  ~ObjectStoreTest() override { std::filesystem::remove_all(folder_); }

  static std::string MakeFolder() {
    std::string pattern = testing::TempDir() + "cadenza-store-XXXXXX";
    return ::mkdtemp(pattern.data());
  }
  std::vector<std::string> Names(std::string_view prefix) {
    std::vector<std::string> names;
    const auto objects = store_->List(prefix);
    EXPECT_TRUE(objects.ok());
    for (const ObjectInfo& object : *objects) names.push_back(object.name);
    return names;
  }

  std::string folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_P(ObjectStoreTest, GivesBackWhatWasPut) {
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(store_->Put("x/y z=%20ü:", bytes).ok());
  EXPECT_EQ(**store_->Get("x/y z=%20ü:"), bytes);
  ASSERT_TRUE(store_->Put("x/y z=%20ü:", "").ok());
  EXPECT_EQ(**store_->Get("x/y z=%20ü:"), "");
  EXPECT_TRUE(store_->Sync().ok());
}

TEST_P(ObjectStoreTest, WhatIsMissingIsNoError) {
  ASSERT_TRUE(store_->Put("file", "1").ok());
  for (const char* name : {"none", "no/such/folder", "file/below"}) {
    const auto bytes = store_->Get(name);
    ASSERT_TRUE(bytes.ok()) << bytes.error().message;
    EXPECT_FALSE(bytes->has_value());
    EXPECT_TRUE(store_->Remove(name).ok());
  }
  EXPECT_TRUE(Names("none").empty());
}

TEST_P(ObjectStoreTest, AFreshStoreIsEmptyAndCanBeSynced) {
  EXPECT_TRUE(Names("").empty());
  EXPECT_TRUE(store_->Sync().ok());
}

TEST_P(ObjectStoreTest, PutIfAbsentKeepsTheFirst) {
  EXPECT_TRUE(*store_->PutIfAbsent("log/0", "first"));
  EXPECT_FALSE(*store_->PutIfAbsent("log/0", "second"));
  EXPECT_EQ(**store_->Get("log/0"), "first");
  ASSERT_TRUE(store_->Remove("log/0").ok());
  EXPECT_TRUE(*store_->PutIfAbsent("log/0", "third"));
}

TEST_P(ObjectStoreTest, ListsBelowAFolderInOrder) {
  for (const char* name : {"b", "a/c/2", "a/c/1", "a/b", "ab/1", "a.x"}) {
    ASSERT_TRUE(store_->Put(name, name).ok());
  }
  EXPECT_EQ(Names(""), (std::vector<std::string>{"a.x", "a/b", "a/c/1", "a/c/2", "ab/1", "b"}));
  EXPECT_EQ(Names("a"), (std::vector<std::string>{"a/b", "a/c/1", "a/c/2"}));
  EXPECT_EQ(Names("a/"), Names("a"));
  const auto objects = store_->List("a/c");
  ASSERT_EQ(objects->size(), 2U);
  EXPECT_EQ(objects->front().size_bytes, 5);
  EXPECT_GT(objects->front().modified_ms, 1'600'000'000'000);
}

TEST_P(ObjectStoreTest, RefusesNamesOutsideTheRoot) {
  for (const char* name : {"../x", "a/../x", "..", "/etc/passwd", "", "a//b", "a/."}) {
    EXPECT_EQ(store_->Put(name, "x").error().kind, ErrorKind::kInput) << name;
    EXPECT_FALSE(store_->Get(name).ok()) << name;
    EXPECT_FALSE(store_->PutIfAbsent(name, "x").ok()) << name;
    EXPECT_FALSE(store_->Remove(name).ok()) << name;
  }
  EXPECT_FALSE(store_->List("..").ok());
}

TEST_P(ObjectStoreTest, OneOfManyThreadsCreatesAnObject) {
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int number = 0; number < 20; ++number) {
        created += *store_->PutIfAbsent(fmt::format("log/{}", number), "x") ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 20);
  EXPECT_EQ(Names("log").size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(Local, ObjectStoreTest, testing::Values([](const std::string& folder) {
                           return OpenLocalStore(folder + "/");
                         }));
INSTANTIATE_TEST_SUITE_P(Memory, ObjectStoreTest,
                         testing::Values([](const std::string&) { return OpenMemoryStore(); }));

class LocalStoreTest : public ObjectStoreTest {};
INSTANTIATE_TEST_SUITE_P(Folder, LocalStoreTest, testing::Values([](const std::string& folder) {
                           return OpenLocalStore(folder);
                         }));

TEST_P(LocalStoreTest, LeavesAndListsNoTemporaryFiles) {
  ASSERT_TRUE(store_->Put("a/1", "x").ok());
  ASSERT_TRUE(*store_->PutIfAbsent("a/2", "x"));
  ASSERT_FALSE(*store_->PutIfAbsent("a/2", "x"));
  const std::string folder = store_->root() + "/a";
  const auto entries = std::filesystem::directory_iterator(folder);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
  std::ofstream(folder + "/.left.tmp") << "by a crash";
  std::ofstream(folder + "/.hidden") << "not ours";
  EXPECT_EQ(Names("a"), (std::vector<std::string>{"a/.hidden", "a/1", "a/2"}));
}

TEST_P(LocalStoreTest, LinkedFilesAreListedAndRingsAreNotFollowed) {
  ASSERT_TRUE(store_->Put("a/1", "x").ok());
  const std::string folder = store_->root() + "/a";
  std::filesystem::create_symlink(folder + "/1", folder + "/link");
  std::filesystem::create_symlink(folder + "/gone", folder + "/dangling");
  std::filesystem::create_directory_symlink(folder, folder + "/ring");
  EXPECT_EQ(Names(""), (std::vector<std::string>{"a/1", "a/link"}));
}

TEST_P(LocalStoreTest, SaysWhichPathCannotBeWritten) {
  ASSERT_TRUE(store_->Put("file", "x").ok());
  const Status status = store_->Put("file/below", "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kIo);
  EXPECT_NE(status.error().message.find(store_->root() + "/file"), std::string::npos);
}

TEST_P(LocalStoreTest, ListingSurvivesFilesThatComeAndGo) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int number = 0; !stop; number = (number + 1) % 50) {
      const std::string path = fmt::format("{}/a/{}", store_->root(), number);
      std::filesystem::create_directories(path);
      std::filesystem::remove_all(store_->root() + "/a");
    }
  });
  for (int round = 0; round < 300; ++round) EXPECT_TRUE(store_->List("").ok());
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace cadenza

// The contract of the object store against the S3 server that CADENZA_TEST_S3 (s3://bucket/prefix)
// and the AWS_* environment name; tests/test_s3.py starts one.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <set>
#include <thread>

#include "storage/s3/listing.h"
#include "storage/s3/multipart_upload.h"
#include "storage/s3/object_store_s3.h"

namespace cadenza::s3 {
namespace {

class S3StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto root = Variable("CADENZA_TEST_S3");
    if (!root) GTEST_SKIP() << "no server: CADENZA_TEST_S3 is not set";
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    auto store = OpenStore(std::make_shared<Client>(Options()), *root + "/" + test->name());
    ASSERT_TRUE(store.ok()) << store.error().message;
    store_ = std::move(store).value();
  }
  std::vector<std::string> Names(std::string_view prefix) {
    std::vector<std::string> names;
    const auto objects = store_->List(prefix);
    EXPECT_TRUE(objects.ok()) << objects.error().message;
    for (const ObjectInfo& object : *objects) names.push_back(object.name);
    return names;
  }

  /// Bytes that no part repeats.
  static std::string Bytes(size_t count) {
    std::string bytes;
    bytes.reserve(count + 8);
    for (uint64_t n = 0; bytes.size() < count; ++n) bytes += fmt::format("{:x},", n * n);
    bytes.resize(count);
    return bytes;
  }

  std::unique_ptr<ObjectStore> store_;
};

TEST_F(S3StoreTest, LargeObjectsGoInParts) {
  Client client{Options()};
  constexpr size_t kLeastPart = size_t{5} << 20;
  Address address = *ParseAddress(store_->root());
  address.key += "/parts";
  for (const size_t size : {2 * kLeastPart, 2 * kLeastPart + 1, 3 * kLeastPart - 1}) {
    const std::string bytes = Bytes(size);
    const Status put = PutInParts(&client, address, bytes, kLeastPart);
    ASSERT_TRUE(put.ok()) << put.error().message;
    const auto got = store_->Get("parts");
    ASSERT_TRUE(got.ok() && *got);
    EXPECT_TRUE(**got == bytes) << size;
  }
  const std::string bytes = Bytes(kOneRequestBytes + 1);
  ASSERT_TRUE(store_->Put("large", bytes).ok());
  EXPECT_TRUE(**store_->Get("large") == bytes);
  const auto listed = ListObjects(&client, *ParseAddress(store_->root() + "/large"));
  EXPECT_TRUE(listed->front().etag.ends_with("-3")) << listed->front().etag;
}

TEST_F(S3StoreTest, PartsWithoutABucketAreAnError) {
  Client client{Options()};
  const auto put = PutInParts(&client, *ParseAddress("s3://no-such-bucket-here/x"), "abc", 1);
  EXPECT_FALSE(put.ok());
}

TEST_F(S3StoreTest, GivesBackWhatWasPut) {
  const std::string bytes("a\0b\xff", 4);
  for (const char* name : {"x/y z=%20ü:", "plus+and&amp;", "quote'\"<x>", "100% ?#[]*"}) {
    ASSERT_TRUE(store_->Put(name, bytes).ok()) << name;
    const auto got = store_->Get(name);
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(**got, bytes) << name;
  }
  ASSERT_TRUE(store_->Put("empty", "").ok());
  EXPECT_EQ(**store_->Get("empty"), "");
  EXPECT_EQ(Names("").size(), 5U);
  EXPECT_EQ(Names("x"), std::vector<std::string>{"x/y z=%20ü:"});
  const std::string large(9'000'000, 'x');
  ASSERT_TRUE(store_->Put("large", large).ok());
  EXPECT_EQ(**store_->Get("large"), large);
}

TEST_F(S3StoreTest, WhatIsMissingIsNoError) {
  for (const char* name : {"none", "no/such/folder"}) {
    const auto bytes = store_->Get(name);
    ASSERT_TRUE(bytes.ok()) << bytes.error().message;
    EXPECT_FALSE(bytes->has_value());
    EXPECT_TRUE(store_->Remove(name).ok());
  }
  EXPECT_TRUE(Names("none").empty());
  EXPECT_TRUE(Names("").empty());
}

TEST_F(S3StoreTest, PutIfAbsentKeepsTheFirst) {
  EXPECT_TRUE(*store_->PutIfAbsent("log/0", "first"));
  EXPECT_FALSE(*store_->PutIfAbsent("log/0", "second"));
  EXPECT_TRUE(*store_->PutIfAbsent("log/0", "first")) << "as if its answer had been lost";
  EXPECT_EQ(**store_->Get("log/0"), "first");
  ASSERT_TRUE(store_->Remove("log/0").ok());
  EXPECT_TRUE(*store_->PutIfAbsent("log/0", "third"));
}

TEST_F(S3StoreTest, ListsBelowAFolderInOrder) {
  for (const char* name : {"b", "a/c/2", "a/c/1", "a/b", "ab/1", "a.x"}) {
    ASSERT_TRUE(store_->Put(name, name).ok());
  }
  EXPECT_EQ(Names(""), (std::vector<std::string>{"a.x", "a/b", "a/c/1", "a/c/2", "ab/1", "b"}));
  EXPECT_EQ(Names("a"), (std::vector<std::string>{"a/b", "a/c/1", "a/c/2"}));
  EXPECT_EQ(Names("a/"), Names("a"));
  const auto objects = store_->List("a/c");
  EXPECT_EQ(objects->front().size_bytes, 5);
  EXPECT_GT(objects->front().modified_ms, 1'600'000'000'000);
}

TEST_F(S3StoreTest, RefusesNamesOutsideTheRoot) {
  for (const char* name : {"../x", "a/../x", "..", "/etc/passwd", "", "a//b", "a/."}) {
    EXPECT_EQ(store_->Put(name, "x").error().kind, ErrorKind::kInput) << name;
    EXPECT_EQ(store_->Get(name).error().kind, ErrorKind::kInput) << name;
  }
}

TEST_F(S3StoreTest, OneOfManyThreadsCreatesAnObject) {
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0; number < 10; ++number) {
        const std::string bytes = fmt::format("by {}", thread);
        const auto mine = store_->PutIfAbsent(fmt::format("log/{}", number), bytes);
        EXPECT_TRUE(mine.ok()) << mine.error().message;
        if (mine.ok() && *mine) ++created;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 10);
  EXPECT_EQ(Names("log").size(), 10U);
}

}  // namespace
}  // namespace cadenza::s3

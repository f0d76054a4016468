#include "stream/query_log.h"

#include <gtest/gtest.h>

#include "storage/object_store.h"

namespace cadenza::stream {
namespace {

class QueryLogTest : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(store_->Put("streams/s/spark/" + name, text).ok());
  }

  std::unique_ptr<ObjectStore> store_ = OpenMemoryStore();
  QueryLog log_{store_.get(), "streams/s/spark"};
};

TEST_F(QueryLogTest, NothingYet) {
  EXPECT_EQ(*log_.LastBatch(), -1);
  EXPECT_EQ(*log_.WatermarkBehind(0), std::nullopt);
  EXPECT_TRUE(log_.TakenUpTo(0)->empty());
}

TEST_F(QueryLogTest, LastBatchIsTheGreatestNumber) {
  for (const char* name : {"9", "10", ".10.crc", "x", "11.tmp"}) {
    Put(std::string("commits/") + name, "v1\n{\"nextBatchWatermarkMs\":1751583473000}");
  }
  EXPECT_EQ(*log_.LastBatch(), 10);
  EXPECT_EQ(*log_.WatermarkBehind(10), 1751583473000000);
  Put("commits/12", "v1\n{}");
  EXPECT_EQ(*log_.WatermarkBehind(12), std::nullopt);
}

TEST_F(QueryLogTest, FilesOfSourcesAlsoWhereTheLogIsCompact) {
  const std::string a = R"({"path":"file:///in/a","timestamp":1,"batchId":0})";
  const std::string b = R"({"path":"file:///in/\"batchId\":1}","timestamp":1,"batchId":1})";
  const std::string c = R"({"path":"file:///in/c","timestamp":1,"batchId":1})";
  Put("sources/0/0", "v1\n" + a);
  Put("sources/0/1.compact", "v1\n" + a + "\n" + b + "\n" + c);
  Put("sources/1/0", "v1\n" + a + "\n");
  Put("offsets/5", "v1\n{\"batchWatermarkMs\":0}\n{\"logOffset\":1}\n{\"logOffset\":0}");
  const auto taken = log_.TakenUpTo(5);
  ASSERT_TRUE(taken.ok());
  ASSERT_EQ(taken->size(), 2);
  EXPECT_EQ(*log_.CountFiles(*taken), 4);
  EXPECT_EQ(*log_.CountFiles({{0, 1}}), 2);
  EXPECT_EQ(*log_.CountFiles({{1, 1}, {0, 0}}), 0);
}

}  // namespace
}  // namespace cadenza::stream

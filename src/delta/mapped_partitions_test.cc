#include "delta/mapped_partitions.h"

#include <gtest/gtest.h>

#include "delta/line_codec.h"
#include "delta/log_file.h"
#include "delta/table_version.h"

namespace cadenza::delta {
namespace {

constexpr const char* kMetadata =
    R"({"metaData":{"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"day\",)"
    R"(\"type\":\"date\",\"metadata\":{\"delta.columnMapping.physicalName\":\"col-1\"}},)"
    R"({\"name\":\"n\",\"type\":\"long\",\"metadata\":{}}]}","partitionColumns":["day"]}})";

std::string Add(const std::string& path, const std::string& value) {
  return R"({"add":{"path":")" + path + R"(","partitionValues":{"col-1":)" + value + "}}}";
}

class MappedPartitionsTest : public testing::Test {
 protected:
  MappedPartitionsTest() : store_(OpenMemoryStore()) {
    Put(CommitName(0), std::string(kMetadata) + "\n" + Add("a%20b.parquet", "\"2024-03-01\""));
    Put(CommitName(1), R"({"remove":{"path":"a%20b.parquet"}})"
                       "\n" +
                           Add("c.parquet", "null"));
  }
  void Put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(store_->Put(name, text).ok());
  }
  std::string Files(int64_t version) {
    const auto found = ReadMappedPartitions(*store_, &codec_, version);
    if (!found.ok()) return found.error().message;
    std::string text;
    for (const auto& [path, values] : found->files) {
      text += path + "=" + values.at(0).value_or("NULL") + " ";
    }
    return text;
  }

  std::unique_ptr<ObjectStore> store_;
  LineCodec codec_;
};

TEST_F(MappedPartitionsTest, ValuesOfAllFilesUnderTheNamesOfTheSchema) {
  EXPECT_EQ(Files(0), "a b.parquet=2024-03-01 ");
  EXPECT_EQ(Files(1), "a b.parquet=2024-03-01 c.parquet=NULL ");
  EXPECT_EQ(ReadMappedPartitions(*store_, &codec_, 1)->columns, std::vector<std::string>{"day"});
  EXPECT_NE(Files(2).find("the log has no"), std::string::npos);
}

TEST_F(MappedPartitionsTest, CheckpointsWithSidecarsStandForTheCommits) {
  Put("_delta_log/_sidecars/s.parquet", "LINES\n" + Add("d.parquet", "\"2024-03-04\"") + "\n");
  Put("_delta_log/00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
      std::string(kMetadata) + "\n" + R"({"sidecar":{"path":"s.parquet"}})");
  Put(CommitName(3), Add("e.parquet", "\"2024-03-05\""));
  EXPECT_EQ(Files(3), "d.parquet=2024-03-04 e.parquet=2024-03-05 ");
}

TEST_F(MappedPartitionsTest, NothingIsMappedWithoutColumnMapping) {
  Put(CommitName(2), R"({"metaData":{"schemaString":"{\"fields\":[{\"name\":\"day\"}]}",)"
                     R"("partitionColumns":["day"]}})");
  EXPECT_TRUE(ReadMappedPartitions(*store_, &codec_, 2)->columns.empty());
}

TEST_F(MappedPartitionsTest, NewestVersion) {
  EXPECT_EQ(*NewestVersion(*store_), 1);
  const auto none = OpenMemoryStore();
  EXPECT_EQ(NewestVersion(*none).error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace cadenza::delta

#include "delta/path_encoding.h"

#include <gtest/gtest.h>

#include "delta/test_table.h"

namespace cadenza::delta {
namespace {

TEST(PathEncodingTest, EscapesOnTopOfTheNameOnDisk) {
  EXPECT_EQ(EncodePath("day=2018-11-01 10%3A00/a b.parquet"),
            "day=2018-11-01%2010%253A00/a%20b.parquet");
  EXPECT_EQ(EncodePath("a:b+c&d?e#f.parquet"), "a%3Ab%2Bc%26d%3Fe%23f.parquet");
  EXPECT_EQ(EncodePath("ü=ü/x~_-.parquet"), "%C3%BC=%C3%BC/x~_-.parquet");
}

TEST(PathEncodingTest, DecodesWhatOtherWritersLeaveAsItIs) {
  EXPECT_EQ(DecodePath("a=x%2520y/ü b+c:d@.parquet"), "a=x%20y/ü b+c:d@.parquet");
  EXPECT_EQ(DecodePath("50%/x%zz%4"), "50%/x%zz%4");
  EXPECT_EQ(DecodePath("%c3%BC"), "ü");
}

TEST(PathEncodingTest, KeepsAbsoluteUris) {
  EXPECT_EQ(EncodePath("s3://bucket/a b"), "s3://bucket/a%20b");
  EXPECT_EQ(EncodePath("file:/tmp/a b"), "file:/tmp/a%20b");
  EXPECT_EQ(EncodePath("/tmp/a b"), "/tmp/a%20b");
  EXPECT_EQ(DecodePath("s3://bucket/a%20b"), "s3://bucket/a b");
}

TEST(PathEncodingTest, EveryByteComesBack) {
  std::string path = "k=";
  for (int byte = 1; byte < 256; ++byte) path += static_cast<char>(byte);
  EXPECT_EQ(DecodePath(EncodePath(path)), path);
}

TEST(PathEncodingTest, ATableGivesBackTheNamesOnDisk) {
  TestTable table;
  const std::vector<std::string> names = {"day=100%25/1.parquet", "day=a%3Ab/1.parquet",
                                          "day=ü x/1=2.parquet", "plain:1.parquet"};
  ASSERT_TRUE(table.Change(*table.Load(), names, {}).ok());
  EXPECT_EQ(table.Paths(), names);
  ASSERT_TRUE(table.Change(*table.Load(), {}, names).ok());
  EXPECT_TRUE(table.Paths().empty());
}

}  // namespace
}  // namespace cadenza::delta

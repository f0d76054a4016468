#include "parquet/column_chunk.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "parquet/plain_encoding.h"
#include "parquet/thrift_compact.h"

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

std::string Statistics(const ColumnChunk& chunk) {
  std::string bytes;
  ThriftCompactWriter out(&bytes);
  chunk.EncodeStatistics(&out);
  return bytes;
}

std::string DoubleBytes(double value) { return std::string(PlainBytes(value).view()); }

ColumnChunk Doubles(const std::vector<double>& values) {
  ColumnChunk chunk(Type::kDouble);
  for (const double value : values) chunk.AppendDouble(value);
  return chunk;
}

TEST(ColumnChunk, PacksBooleansOfTheRowsThatHaveOne) {
  ColumnChunk chunk(Type::kBoolean);
  chunk.AppendBoolean(true);
  chunk.AppendNull();
  chunk.AppendBoolean(false);
  chunk.AppendBoolean(true);
  std::string page;
  chunk.EncodePage(&page);
  EXPECT_EQ(page, "\x02\0\0\0\x03\x0d\x05"s);
  EXPECT_EQ(Statistics(chunk), "\x36\x02\x28\x01\x01\x18\x01\0"s);
  EXPECT_EQ(chunk.Summary().min, "false");
  EXPECT_EQ(chunk.Summary().max, "true");
}

TEST(ColumnChunk, NarrowsDatesTo32Bits) {
  ColumnChunk chunk(Type::kDate);
  chunk.AppendInt(-1);
  std::string page;
  chunk.EncodePage(&page);
  EXPECT_EQ(page, "\x02\0\0\0\x02\x01\xff\xff\xff\xff"s);
  EXPECT_EQ(chunk.Summary().min, "1969-12-31");
}

TEST(ColumnChunk, SaysNothingOfTheRangeOfNulls) {
  ColumnChunk chunk(Type::kInt64);
  chunk.AppendNull();
  EXPECT_EQ(Statistics(chunk), "\x36\x02"s);
  EXPECT_EQ(chunk.Summary().null_count, 1);
  EXPECT_FALSE(chunk.Summary().min.has_value());
}

TEST(ColumnChunk, SaysNothingOfTheRangeBesideNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& values : std::vector<std::vector<double>>{{nan}, {nan, 1}, {1, nan}}) {
    const ColumnChunk chunk = Doubles(values);
    EXPECT_EQ(Statistics(chunk), "\x36\0"s);
    EXPECT_TRUE(chunk.Summary().has_nan);
    EXPECT_FALSE(chunk.Summary().max.has_value());
  }
}

TEST(ColumnChunk, WidensARangeThatEndsAtZeroToBothZeros) {
  for (const double zero : {0.0, -0.0}) {
    const ColumnChunk chunk = Doubles({zero});
    EXPECT_EQ(Statistics(chunk),
              "\x36\0\x28\x08"s + DoubleBytes(0.0) + "\x18\x08" + DoubleBytes(-0.0));
    EXPECT_EQ(chunk.Summary().min, "-0");
    EXPECT_EQ(chunk.Summary().max, "0");
  }
}

TEST(ColumnChunk, OrdersTextByUnsignedBytes) {
  ColumnChunk chunk(Type::kText);
  for (const char* text : {"b", "é", "a", "z"}) chunk.AppendText(text);
  EXPECT_EQ(Statistics(chunk), "\x36\0\x28\x02é\x18\x01"s + "a");
  EXPECT_EQ(chunk.Summary().min, "a");
  EXPECT_EQ(chunk.Summary().max, "é");
}

TEST(ColumnChunk, KeepsLongTextOutOfTheFooterOnly) {
  ColumnChunk chunk(Type::kText);
  chunk.AppendText("a");
  chunk.AppendText(std::string(1024, 'b'));
  EXPECT_GT(Statistics(chunk).size(), 1024U);
  chunk.AppendText(std::string(1025, 'c'));
  EXPECT_EQ(Statistics(chunk), "\x36\0"s);
  EXPECT_EQ(chunk.Summary().min, "a");
  EXPECT_EQ(chunk.Summary().max, std::string(1025, 'c'));
}

TEST(ColumnChunk, ForgetsAllAtClear) {
  ColumnChunk chunk = Doubles({std::numeric_limits<double>::quiet_NaN(), -7});
  chunk.Clear();
  chunk.AppendDouble(2);
  EXPECT_EQ(chunk.rows(), 1);
  EXPECT_FALSE(chunk.Summary().has_nan);
  EXPECT_EQ(chunk.Summary().min, "2");
}

}  // namespace
}  // namespace cadenza::parquet

#include "parquet/thrift_compact.h"

#include <gtest/gtest.h>

#include <limits>

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

TEST(ThriftCompact, WritesTheExampleOfItsHeader) {
  std::string bytes;
  ThriftCompactWriter out(&bytes);
  out.Int32(1, 1);
  out.Binary(3, "ab");
  out.EndStruct();
  EXPECT_EQ(bytes, "\x15\x02\x28\x02"s + "ab\0"s);
}

TEST(ThriftCompact, ZigZagsTheExtremes) {
  std::string bytes;
  ThriftCompactWriter out(&bytes);
  out.Int64(1, -1);
  out.Int64(2, std::numeric_limits<int64_t>::min());
  out.Int32(3, std::numeric_limits<int32_t>::max());
  EXPECT_EQ(bytes,
            "\x16\x01"
            "\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
            "\x15\xfe\xff\xff\xff\x0f"s);
}

TEST(ThriftCompact, CountsFieldsAnewInEachStruct) {
  std::string bytes;
  ThriftCompactWriter out(&bytes);
  out.BeginStruct(8);
  out.Bool(1, true);
  out.Bool(2, false);
  out.EndStruct();
  out.Bool(9, true);
  out.EndStruct();
  EXPECT_EQ(bytes, "\x8c\x11\x12\0\x11\0"s);
}

TEST(ThriftCompact, WritesTheSizeOfALongListApart) {
  std::string bytes;
  ThriftCompactWriter out(&bytes);
  out.List(1, ThriftCompactWriter::Element::kInt32, 14);
  out.List(2, ThriftCompactWriter::Element::kStruct, 15);
  out.List(3, ThriftCompactWriter::Element::kBinary, 200);
  EXPECT_EQ(bytes, "\x19\xe5\x19\xfc\x0f\x19\xf8\xc8\x01"s);
}

TEST(ThriftCompact, GoesOnAfterEncodedFields) {
  std::string bytes;
  ThriftCompactWriter out(&bytes);
  out.Encoded("\x15\x02"s, 1);
  out.Bool(2, true);
  EXPECT_EQ(bytes, "\x15\x02\x11"s);
}

}  // namespace
}  // namespace cadenza::parquet

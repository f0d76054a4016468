#include "parquet/levels.h"

#include <gtest/gtest.h>

#include <string_view>

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

std::string Encoded(std::string_view rows) {
  DefinitionLevels levels;
  for (const char row : rows) levels.Append(row == '1');
  std::string bytes;
  levels.Encode(&bytes);
  return bytes;
}

TEST(DefinitionLevels, AreOneRunWhenAllRowsAreAlike) {
  EXPECT_EQ(Encoded("111"), "\x02\0\0\0\x06\x01"s);
  EXPECT_EQ(Encoded("0"), "\x02\0\0\0\x02\0"s);
  EXPECT_EQ(Encoded(std::string(100, '1')), "\x03\0\0\0\xc8\x01\x01"s);
}

TEST(DefinitionLevels, ArePackedBitsOtherwise) {
  EXPECT_EQ(Encoded("101"), "\x02\0\0\0\x03\x05"s);
  EXPECT_EQ(Encoded("01111111"), "\x02\0\0\0\x03\xfe"s);
  EXPECT_EQ(Encoded("011111110"), "\x03\0\0\0\x05\xfe\0"s);
}

TEST(DefinitionLevels, CountAndClear) {
  DefinitionLevels levels;
  levels.Append(true);
  levels.Append(false);
  EXPECT_EQ(levels.rows(), 2);
  EXPECT_EQ(levels.defined(), 1);
  levels.Clear();
  levels.Append(true);
  std::string bytes = "before";
  levels.Encode(&bytes);
  EXPECT_EQ(bytes, "before\x02\0\0\0\x02\x01"s);
}

}  // namespace
}  // namespace cadenza::parquet

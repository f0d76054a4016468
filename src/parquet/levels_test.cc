#include "parquet/levels.h"

#include <gtest/gtest.h>

#include <random>
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
  EXPECT_EQ(Encoded("0000000011"), "\x03\0\0\0\x05\0\x03"s);
}

TEST(DefinitionLevels, OfManyRowsAtOnce) {
  const auto encoded = [](std::initializer_list<std::pair<bool, int>> runs) {
    DefinitionLevels at_once, one_by_one;
    for (const auto& [defined, rows] : runs) {
      at_once.Append(defined, rows);
      for (int row = 0; row < rows; ++row) one_by_one.Append(defined);
    }
    EXPECT_EQ(at_once.defined(), one_by_one.defined());
    std::string bytes, expected;
    at_once.Encode(&bytes);
    one_by_one.Encode(&expected);
    EXPECT_EQ(bytes, expected);
    return bytes;
  };
  EXPECT_EQ(encoded({{false, 100}}), "\x03\0\0\0\xc8\x01\0"s);
  EXPECT_EQ(encoded({{false, 3}, {true, 2}, {false, 4}}), "\x03\0\0\0\x05\x18\0"s);
  EXPECT_EQ(encoded({{true, 9}, {false, 0}, {false, 1}, {true, 6}}), "\x03\0\0\0\x05\xff\xfd"s);
}

TEST(DefinitionLevels, OfWordsAreThoseOfTheirRows) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    DefinitionLevels by_word, one_by_one;
    for (int piece = 0; piece < 12; ++piece) {
      const auto rows = static_cast<int64_t>(random() % 64 + 1);
      const uint64_t all = ~uint64_t{0} >> (64 - rows);
      const uint64_t kind = random() % 4;
      const uint64_t bits = kind == 0 ? 0 : kind == 1 ? all : random() & all;
      by_word.AppendBits(bits, rows);
      for (int64_t row = 0; row < rows; ++row) one_by_one.Append((bits >> row & 1) != 0);
    }
    EXPECT_EQ(by_word.rows(), one_by_one.rows());
    EXPECT_EQ(by_word.defined(), one_by_one.defined());
    std::string bytes, expected;
    by_word.Encode(&bytes);
    one_by_one.Encode(&expected);
    EXPECT_EQ(bytes, expected);
  }
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

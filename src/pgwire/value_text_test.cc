#include "pgwire/value_text.h"

#include <gtest/gtest.h>

#include "pgwire/parameter.h"
#include "pgwire/value_binary.h"

namespace cadenza::pgwire {
namespace {

template <class Append, class... Values>
std::string Said(Append append, Values... values) {
  std::string out;
  append(values..., &out);
  return out;
}

TEST(ValueText, FloatsAsPostgresWritesThem) {
  EXPECT_EQ(Said(AppendFloat8, 0.1), "0.1");
  EXPECT_EQ(Said(AppendFloat8, 1e14), "100000000000000");
  EXPECT_EQ(Said(AppendFloat8, 1e15), "1e+15");
  EXPECT_EQ(Said(AppendFloat8, 1e-5), "1e-05");
  EXPECT_EQ(Said(AppendFloat8, 0.0001), "0.0001");
  EXPECT_EQ(Said(AppendFloat8, 0.0), "0");
  EXPECT_EQ(Said(AppendFloat8, -0.0), "-0");
  EXPECT_EQ(Said(AppendFloat4, 123456.0F), "123456");
  EXPECT_EQ(Said(AppendFloat4, 1e6F), "1e+06");
}

TEST(ValueText, TimesWithoutZerosBehind) {
  EXPECT_EQ(Said(AppendTimestamp, int64_t{1'500'000}, true), "1970-01-01 00:00:01.5+00");
  EXPECT_EQ(Said(AppendTimestamp, int64_t{-1}, false), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(Said(AppendDate, -719'528), "0001-01-01 BC");
}

TEST(ValueText, Intervals) {
  EXPECT_EQ(Said(AppendInterval, 14, 3, int64_t{14'706'000'000}), "1 year 2 mons 3 days 04:05:06");
  EXPECT_EQ(Said(AppendInterval, 0, 0, int64_t{0}), "00:00:00");
  EXPECT_EQ(Said(AppendInterval, -1, 2, int64_t{-1'000'000}), "-1 mons +2 days -00:00:01");
}

TEST(ValueText, Numerics) {
  EXPECT_EQ(Said(AppendNumeric, static_cast<__int128>(-307), 2), "-3.07");
  EXPECT_EQ(Said(AppendNumeric, static_cast<__int128>(0), 2), "0.00");
  EXPECT_EQ(Said(AppendNumeric, static_cast<__int128>(5), 0), "5");
}

/// What is written in binary is read back as the text that is written.
TEST(ValueBinary, NumericsComeBack) {
  for (const int64_t value : {0LL, 1LL, -1LL, 12'345'678LL, 10'000LL, 99'999'999'999LL, -50LL}) {
    for (int scale = 0; scale <= 9; ++scale) {
      const std::string bytes = Said(AppendBinaryNumeric, static_cast<__int128>(value), scale);
      EXPECT_EQ(TextOfBinary(bytes, kNumeric, 1).value(),
                Said(AppendNumeric, static_cast<__int128>(value), scale));
    }
  }
}

TEST(Parameter, ArraysOfText) {
  const auto elements = ElementsOf(R"({a,"b,c",NULL,"NULL",""})").value();
  ASSERT_EQ(elements.size(), 5U);
  EXPECT_EQ(elements[1], "b,c");
  EXPECT_EQ(elements[2], std::nullopt);
  EXPECT_EQ(elements[3], "NULL");
  EXPECT_EQ(elements[4], "");
  EXPECT_FALSE(ElementsOf("{a").ok());
  EXPECT_FALSE(ElementsOf("{{a}}").ok());
}

TEST(Parameter, CutBinaryValuesAreRefused) {
  const std::string numeric = Said(AppendBinaryNumeric, static_cast<__int128>(12'345), 2);
  for (size_t length = 0; length < numeric.size(); ++length) {
    EXPECT_FALSE(TextOfBinary(numeric.substr(0, length), kNumeric, 1).ok()) << length;
  }
  EXPECT_FALSE(TextOfBinary("abc", kInt4, 1).ok());
}

}  // namespace
}  // namespace cadenza::pgwire

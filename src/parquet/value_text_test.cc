#include "parquet/value_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace cadenza::parquet {
namespace {

TEST(ValueText, DoublesAreShortestRoundTrip) {
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(5), "5");
  EXPECT_EQ(DoubleText(-0.0), "-0");
  EXPECT_EQ(DoubleText(1e22), "1e+22");
  EXPECT_EQ(DoubleText(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(DoubleText(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(ValueText, DatesKnowLeapYears) {
  EXPECT_EQ(DateText(0), "1970-01-01");
  EXPECT_EQ(DateText(-1), "1969-12-31");
  EXPECT_EQ(DateText(11'016), "2000-02-29");
  EXPECT_EQ(DateText(11'017), "2000-03-01");
  EXPECT_EQ(DateText(-25'509), "1900-02-28");
  EXPECT_EQ(DateText(-25'508), "1900-03-01");
}

TEST(ValueText, DatesReachBeyondFourDigitYears) {
  EXPECT_EQ(DateText(-719'162), "0001-01-01");
  EXPECT_EQ(DateText(-719'163), "0001-12-31 (BC)");
  EXPECT_EQ(DateText(2'932'897), "10000-01-01");
  EXPECT_EQ(DateText(2'147'483'646), "5881580-07-10");
}

TEST(ValueText, TimestampsHaveSixDigitsAndUtc) {
  EXPECT_EQ(TimestampText(0), "1970-01-01 00:00:00.000000+00");
  EXPECT_EQ(TimestampText(-1), "1969-12-31 23:59:59.999999+00");
  EXPECT_EQ(TimestampText(1'541'121'934'796'123), "2018-11-02 01:25:34.796123+00");
}

TEST(ValueText, TimestampsReachTheExtremes) {
  EXPECT_EQ(TimestampText(std::numeric_limits<int64_t>::max()), "294247-01-10 04:00:54.775807+00");
  EXPECT_EQ(TimestampText(std::numeric_limits<int64_t>::min()),
            "290309-12-21 (BC) 19:59:05.224192+00");
}

}  // namespace
}  // namespace cadenza::parquet

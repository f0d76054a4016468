#include "engine/spark/spark_dialect.h"

#include <gtest/gtest.h>

namespace cadenza::engine {
namespace {

TEST(SparkDialect, TypesAreSparks) {
  EXPECT_EQ(ToSpark("CAST(a AS VARCHAR), CAST(b AS TIMESTAMP WITH TIME ZONE), CAST(c AS BIGINT)"),
            "CAST(a AS STRING), CAST(b AS TIMESTAMP), CAST(c AS BIGINT)");
}

TEST(SparkDialect, WholeDivisionAndDoubles) {
  EXPECT_EQ(ToSpark("a // 1000 / 3600000.0 <> 1e6"), "a div 1000 / 3600000.0D <> 1e6");
}

TEST(SparkDialect, MacrosAreExpandedInsideOfEachOther) {
  EXPECT_EQ(ToSpark("max(days_between(least(a, b), \"c d\"))"),
            "max(CAST(datediff(least(a, b), \"c d\") AS BIGINT))");
  EXPECT_EQ(ToSpark("CAST(utc_clock(min(t)) AS DATE)"), "CAST(CAST(min(t) AS TIMESTAMP) AS DATE)");
  EXPECT_EQ(ToSpark("iso_weekday(utc_clock(x)) >= 6"), "(weekday(CAST(x AS TIMESTAMP)) + 1) >= 6");
}

TEST(SparkDialect, AnEndOfLineInAMacroIsNoArgument) {
  EXPECT_EQ(ToSpark("id_text(a)"),
            "(CASE WHEN regexp_like(btrim(a), '^[+-]?[0-9]+[.]0+$') THEN "
            "substring_index(btrim(a), '.', 1) ELSE nullif(btrim(a), '') END)");
}

TEST(SparkDialect, KeysAreTextsWithNulls) {
  EXPECT_EQ(ToSpark("play_id(a, 'x')"),
            "md5(concat_ws('|', coalesce(CAST(a AS STRING), '\\\\N'), "
            "coalesce(CAST('x' AS STRING), '\\\\N')))");
}

TEST(SparkDialect, NamesThatAreNoCallsStay) {
  EXPECT_EQ(ToSpark("SELECT days_between FROM t"), "SELECT days_between FROM t");
  EXPECT_EQ(ToSpark("days_between(a)"), "days_between(a)");
}

TEST(SparkDialect, QuotesAndComments) {
  EXPECT_EQ(ToSpark("'it''s \\N VARCHAR' -- varchar // \n\"varchar\""),
            "'it\\'s \\\\N VARCHAR' -- varchar // \n\"varchar\"");
  EXPECT_EQ(ToSpark(""), "");
}

TEST(SparkDialect, PathsAreQuoted) { EXPECT_EQ(SparkPath("file:///a`b"), "`file:///a``b`"); }

}  // namespace
}  // namespace cadenza::engine

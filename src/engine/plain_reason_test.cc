#include "engine/plain_reason.h"

#include <gtest/gtest.h>

namespace cadenza::engine {
namespace {

TEST(PlainReasonTest, TypesAndFunctionsHaveWords) {
  EXPECT_EQ(PlainReason("No function matches the given name and argument types 'sum(VARCHAR)'"),
            "sum does not take a text");
  EXPECT_EQ(PlainReason("No function matches the given name and argument types "
                        "'+(INTEGER_LITERAL, DECIMAL(3,1))'"),
            "+ cannot stand between a whole number and a number");
  EXPECT_EQ(PlainReason("Could not convert string 'a' to INT32"), "'a' is no whole number");
  EXPECT_EQ(PlainReason("Could not convert string \"a\" to DECIMAL(38,10)"), "'a' is no number");
  EXPECT_EQ(PlainReason("Could not convert string 'a' to BOOL"), "'a' is neither true nor false");
  EXPECT_EQ(PlainReason("Type with name itn does not exist!"),
            "no such type: itn; did you mean int?");
}

TEST(PlainReasonTest, MemoryThatIsUsedUpIsToldWithoutTheEnginesSettings) {
  for (const char* begin :
       {"could not allocate block of size 256.0 KiB", "failed to allocate data of size 8.0 MiB"}) {
    EXPECT_EQ(PlainReason(std::string(begin) +
                          " (152.4 MiB/160.0 MiB used)\n\nPossible solutions:\n* Reducing the "
                          "number of threads (SET threads=X)"),
              "the memory of 160.0 MiB is used up: --memory gives more, and fewer --threads need "
              "less");
  }
}

TEST(PlainReasonTest, FilesAreNamedOnce) {
  EXPECT_EQ(PlainReason("No magic bytes found at end of file 'a.parquet'"),
            "a.parquet is no Parquet file");
  EXPECT_EQ(PlainReason("cannot read a.parquet: No magic bytes found at end of file 'a.parquet'"),
            "cannot read a.parquet: it is no Parquet file");
  EXPECT_EQ(PlainReason("No files found that match the pattern \"x/*.csv\""),
            "no files found: x/*.csv");
}

TEST(PlainReasonTest, TimesLoseTheListOfFormats) {
  EXPECT_EQ(PlainReason("invalid timestamp field format: \"yesterday\", expected format is "
                        "(YYYY-MM-DD HH:MM:SS[.US][±HH[:MM[:SS]]| ZONE])"),
            "'yesterday' is no time such as 2018-11-01 20:30:00");
}

TEST(PlainReasonTest, ValuesThatDoNotFit) {
  EXPECT_EQ(PlainReason("Type INT64 with value 5000000000 can't be cast because the value is out "
                        "of range for the destination type INT32"),
            "5000000000 is too large, or too small, for the type that it is to have");
}

TEST(PlainReasonTest, OtherMessagesStayAsTheyAre) {
  for (const char* text :
       {"no such file: x", "", "two\nlines", "Expected 1 more", "Type INTERVAL is not here"}) {
    EXPECT_EQ(PlainReason(text), text);
  }
}

}  // namespace
}  // namespace cadenza::engine

#include "serve/share_query.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

TEST(ShareQueryTest, FieldsOfTheBody) {
  const auto query = ParseShareQuery(
      R"({"version":3,"limitHint":7,"timestamp":null,"more":[1],"jsonPredicateHints":"{\"op\":1}"})");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->version, 3);
  EXPECT_EQ(query->limit, 7);
  EXPECT_FALSE(query->as_of_ms.has_value());
  EXPECT_TRUE(ParseShareQuery("")->hints.is_null());
  EXPECT_EQ(ParseShareQuery(R"({"timestamp":"1970-01-01T00:00:01Z"})")->as_of_ms, 1000);
  for (const char* wrong :
       {"[", "3", R"({"version":-1})", R"({"version":1.5})", R"({"version":"3"})",
        R"({"version":18446744073709551615})", R"({"timestamp":3})", R"({"timestamp":"soon"})",
        R"({"startingVersion":1})"}) {
    EXPECT_FALSE(ParseShareQuery(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace cadenza::serve

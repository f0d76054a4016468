#include "serve/share_query.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

bool Keeps(const std::string& hints) {
  delta::AddFile file;
  file.partition_values = {{"month", "11"}, {"level", std::nullopt}};
  return MayHold(delta::Json::parse(hints, nullptr, false), file);
}

std::string Equal(const std::string& column, const std::string& value) {
  return R"({"op":"equal","children":[{"op":"column","name":")" + column +
         R"("},{"op":"literal","value":")" + value + R"(","valueType":"int"}]})";
}

std::string Of(const std::string& op, const std::string& children) {
  return R"({"op":")" + op + R"(","children":[)" + children + "]}";
}

TEST(ShareQueryTest, HintsPruneByEqualPartitionValuesAlone) {
  EXPECT_TRUE(Keeps(Equal("month", "11")));
  EXPECT_FALSE(Keeps(Equal("month", "12")));
  EXPECT_FALSE(Keeps(Equal("level", "1"))) << "NULL equals nothing";
  EXPECT_TRUE(Keeps(Equal("user_id", "1"))) << "no partition column";
  EXPECT_FALSE(Keeps(Of("and", Equal("month", "11") + "," + Equal("month", "12"))));
  EXPECT_TRUE(Keeps(Of("or", Equal("month", "11") + "," + Equal("month", "12"))));
  EXPECT_FALSE(Keeps(Of("or", Equal("month", "1") + "," + Equal("month", "2"))));
  EXPECT_TRUE(Keeps(Of("not", Equal("month", "11"))));
}

TEST(ShareQueryTest, HintsThatCannotBeReadPruneNothing) {
  for (const char* hints :
       {"null", "5", "[]", "{}", R"({"op":5,"children":[]})", R"({"op":"and","children":3})",
        R"({"op":"or","children":[]})", R"({"op":"equal","children":[{"op":"column"},7]})",
        R"({"op":"equal","children":[{"op":"column","name":7},{"op":"literal","value":1}]})"}) {
    EXPECT_TRUE(Keeps(hints)) << hints;
  }
}

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

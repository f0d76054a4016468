#include "serve/share_hints.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

bool Keeps(const std::string& hints) {
  delta::AddFile file;
  file.partition_values = {{"month", "11"}, {"level", std::nullopt}};
  file.stats =
      R"({"numRecords":10,"minValues":{"ts":"2018-11-01T21:01:46.796Z","user_id":"10","plays":3,)"
      R"("day":"2018-11-01","length":1.5},"maxValues":{"ts":"2018-11-30T19:54:24.796Z",)"
      R"("user_id":"99","plays":90,"day":"2018-11-30","length":9.5},)"
      R"("nullCount":{"plays":0,"gender":10,"day":3}})";
  return MayHold(delta::Json::parse(hints, nullptr, false), file);
}

std::string Column(const std::string& name) {
  return R"({"op":"column","name":")" + name + R"("})";
}
std::string Literal(const std::string& value, const std::string& type) {
  return R"({"op":"literal","value":")" + value + R"(","valueType":")" + type + R"("})";
}
std::string Of(const std::string& op, const std::string& children) {
  return R"({"op":")" + op + R"(","children":[)" + children + "]}";
}
std::string Where(const std::string& column, const std::string& op, const std::string& value,
                  const std::string& type = "int") {
  return Of(op, Column(column) + "," + Literal(value, type));
}
std::string Equal(const std::string& column, const std::string& value) {
  return Where(column, "equal", value);
}

TEST(ShareHintsTest, PartitionValues) {
  EXPECT_TRUE(Keeps(Equal("month", "11")));
  EXPECT_FALSE(Keeps(Equal("month", "12")));
  EXPECT_TRUE(Keeps(Where("month", "lessThan", "12"))) << "as numbers, not as texts";
  EXPECT_FALSE(Keeps(Where("month", "lessThan", "9")));
  EXPECT_FALSE(Keeps(Equal("level", "1"))) << "NULL equals nothing";
  EXPECT_FALSE(Keeps(Of("not", Equal("level", "1")))) << "nor is it different";
  EXPECT_TRUE(Keeps(Of("isNull", Column("level"))));
  EXPECT_FALSE(Keeps(Of("not", Of("isNull", Column("level")))));
  EXPECT_FALSE(Keeps(Of("isNull", Column("month"))));
  EXPECT_FALSE(Keeps(Of("and", Equal("month", "11") + "," + Equal("month", "12"))));
  EXPECT_TRUE(Keeps(Of("or", Equal("month", "11") + "," + Equal("month", "12"))));
  EXPECT_FALSE(Keeps(Of("or", Equal("month", "1") + "," + Equal("month", "2"))));
  EXPECT_FALSE(Keeps(Of("not", Equal("month", "11"))));
  EXPECT_TRUE(Keeps(Of("not", Equal("month", "12"))));
}

TEST(ShareHintsTest, Statistics) {
  EXPECT_TRUE(Keeps(Equal("plays", "3")));
  EXPECT_FALSE(Keeps(Equal("plays", "2")));
  EXPECT_FALSE(Keeps(Equal("plays", "91")));
  EXPECT_FALSE(Keeps(Where("plays", "lessThan", "3")));
  EXPECT_TRUE(Keeps(Where("plays", "lessThanOrEqual", "3")));
  EXPECT_FALSE(Keeps(Where("plays", "greaterThan", "90")));
  EXPECT_TRUE(Keeps(Where("plays", "greaterThanOrEqual", "90")));
  EXPECT_FALSE(Keeps(Of("not", Where("plays", "greaterThanOrEqual", "3"))));
  EXPECT_FALSE(Keeps(Of("lessThan", Literal("90", "int") + "," + Column("plays")))) << "90 < plays";
  EXPECT_FALSE(Keeps(Where("day", "greaterThan", "2018-11-30", "date")));
  EXPECT_TRUE(Keeps(Where("day", "equal", "2018-11-30", "date")));
  EXPECT_FALSE(Keeps(Where("user_id", "lessThan", "10", "string")));
  EXPECT_FALSE(Keeps(Of("isNull", Column("plays"))));
  EXPECT_TRUE(Keeps(Of("isNull", Column("day"))));
  EXPECT_FALSE(Keeps(Of("not", Of("isNull", Column("gender")))));
}

TEST(ShareHintsTest, TimesAreComparedToTheMillisecond) {
  const auto keeps = [](const std::string& op, const std::string& time) {
    return Keeps(Where("ts", op, time, "timestamp"));
  };
  EXPECT_FALSE(keeps("lessThan", "2018-11-01T21:01:46.795Z"));
  EXPECT_TRUE(keeps("lessThan", "2018-11-01T21:01:46.7969Z")) << "the bound was cut, too";
  EXPECT_TRUE(keeps("greaterThan", "2018-11-30T19:54:24.7961Z"));
  EXPECT_FALSE(keeps("greaterThan", "2018-11-30T19:54:25Z"));
  EXPECT_TRUE(keeps("equal", "2018-11-30T19:54:24.796Z"));
  EXPECT_FALSE(keeps("equal", "2018-12-01T00:00:00Z"));
}

TEST(ShareHintsTest, WhatIsNotKnownMayBeTrue) {
  EXPECT_TRUE(Keeps(Equal("session_id", "1"))) << "without statistics";
  EXPECT_TRUE(Keeps(Equal("user_id", "1"))) << "a number, of a text";
  EXPECT_TRUE(Keeps(Where("length", "greaterThan", "10", "double"))) << "NaN is beyond all";
  EXPECT_TRUE(Keeps(Where("day", "equal", "soon", "date")));
  EXPECT_TRUE(Keeps(Where("ts", "equal", "2018-12-01 00:00:00", "timestamp"))) << "of what zone";
  EXPECT_TRUE(Keeps(Of("startsWith", Column("user_id") + "," + Literal("x", "string"))));
  EXPECT_TRUE(Keeps(Of("equal", Column("plays") + "," + Column("plays"))));
  for (const char* hints :
       {"null", "5", "[]", "{}", R"({"op":5,"children":[]})", R"({"op":"and","children":3})",
        R"({"op":"or","children":[]})", R"({"op":"equal","children":[{"op":"column"},7]})",
        R"({"op":"not","children":[7]})", R"({"op":"isNull","children":[7]})",
        R"({"op":"equal","children":[{"op":"column","name":"plays"},{"op":"literal"}]})",
        R"({"op":"equal","children":[{"op":"column","name":7},{"op":"literal","value":1}]})"}) {
    EXPECT_TRUE(Keeps(hints)) << hints;
  }
}

}  // namespace
}  // namespace cadenza::serve

#include "delta/statistics.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cadenza::delta {
namespace {

struct BoundCase {
  std::string type;
  std::string text;
  std::string min;  ///< the literal, "" = no bound
  std::string max;
};

class BoundTest : public testing::TestWithParam<BoundCase> {};

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int count = 0; count < times; ++count) all += text;
  return all;
}

std::string Literal(const nlohmann::json& stats, const char* side) {
  return stats[side].contains("c") ? stats[side]["c"].dump() : "";
}

TEST_P(BoundTest, GivesTheLiteral) {
  const BoundCase& test = GetParam();
  const Schema schema = {{{"c", test.type}}};
  const std::string text = StatisticsJson(schema, 7, {{"c", {test.text, test.text, 2, false}}});
  const auto stats = nlohmann::json::parse(text);
  EXPECT_EQ(stats["numRecords"], 7);
  EXPECT_EQ(stats["nullCount"]["c"], 2);
  EXPECT_EQ(Literal(stats, "minValues"), test.min) << text;
  EXPECT_EQ(Literal(stats, "maxValues"), test.max) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, BoundTest,
    testing::Values(
        BoundCase{"long", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
        BoundCase{"long", "9223372036854775808", "", ""}, BoundCase{"integer", "39", "39", "39"},
        BoundCase{"integer", "39.0", "", ""}, BoundCase{"byte", "", "", ""},
        BoundCase{"short", " 1", "", ""}, BoundCase{"double", "0.1", "0.1", "0.1"},
        BoundCase{"double", "1e+300", "1e+300", "1e+300"}, BoundCase{"double", "nan", "", ""},
        BoundCase{"double", "-inf", "", ""}, BoundCase{"float", "1.5", "1.5", "1.5"},
        BoundCase{"float", "x", "", ""}, BoundCase{"decimal(4,2)", "12.30", "12.3", "12.3"},
        BoundCase{"decimal(4,2)", "-0.05", "-0.05", "-0.05"},
        BoundCase{"decimal(4,2)", "1.", "", ""}, BoundCase{"decimal(4,2)", "01", "", ""}));

INSTANTIATE_TEST_SUITE_P(
    Times, BoundTest,
    testing::Values(BoundCase{"date", "2018-11-01", R"("2018-11-01")", R"("2018-11-01")"},
                    BoundCase{"date", "2018-02-30", "", ""},
                    BoundCase{"date", "0044-03-15 (BC)", "", ""},
                    BoundCase{"date", "infinity", "", ""}, BoundCase{"date", "12018-11-01", "", ""},
                    BoundCase{"timestamp", "2018-11-01 20:57:10.796+00",
                              R"("2018-11-01T20:57:10.796Z")", R"("2018-11-01T20:57:10.796Z")"},
                    BoundCase{"timestamp", "2018-11-01 20:57:10", R"("2018-11-01T20:57:10.000Z")",
                              R"("2018-11-01T20:57:10.000Z")"},
                    BoundCase{"timestamp", "2018-12-31 23:59:59.999001+00",
                              R"("2018-12-31T23:59:59.999Z")", R"("2019-01-01T00:00:00.000Z")"},
                    BoundCase{"timestamp", "1969-12-31 23:59:59.9995+00",
                              R"("1969-12-31T23:59:59.999Z")", R"("1970-01-01T00:00:00.000Z")"},
                    BoundCase{"timestamp", "0001-01-01T00:00:00.5Z",
                              R"("0001-01-01T00:00:00.500Z")", R"("0001-01-01T00:00:00.500Z")"},
                    BoundCase{"timestamp", "9999-12-31 23:59:59.9999+00",
                              R"("9999-12-31T23:59:59.999Z")", ""},
                    BoundCase{"timestamp", "2018-11-01 20:57:10+02", "", ""},
                    BoundCase{"timestamp", "2018-11-01 24:00:00", "", ""},
                    BoundCase{"timestamp", "2018-11-01", "", ""},
                    BoundCase{"timestamp", "2018-11-01 20:57:10.", "", ""}));

INSTANTIATE_TEST_SUITE_P(
    Texts, BoundTest,
    testing::Values(BoundCase{"string", "", R"("")", R"("")"},
                    BoundCase{"string", "a\"b\\", R"("a\"b\\")", R"("a\"b\\")"},
                    BoundCase{"string", Repeat("ü", 32), "\"" + Repeat("ü", 32) + "\"",
                              "\"" + Repeat("ü", 32) + "\""},
                    BoundCase{"string", Repeat("ü", 33), "\"" + Repeat("ü", 32) + "\"",
                              "\"" + Repeat("ü", 32) + "\U0010FFFF\""},
                    BoundCase{"string", Repeat("a", 32) + "\U0010FFFFb",
                              "\"" + Repeat("a", 32) + "\"",
                              "\"" + Repeat("a", 32) + "\U0010FFFF\U0010FFFF\""},
                    BoundCase{"string", "\xC3", "", ""},
                    BoundCase{"string", "\xED\xA0\x80", "", ""},
                    BoundCase{"string", "\xC0\x80", "", ""},
                    BoundCase{"string", Repeat("a", 40) + "\xFF", "", ""},
                    BoundCase{"boolean", "true", "", ""}, BoundCase{"binary", "abc", "", ""}));

TEST(StatisticsTest, ShowsAllPartsInTheOrderOfTheColumns) {
  const Schema schema = {{{"b", "long"}, {"a", "string"}, {"p", "date"}}};
  EXPECT_EQ(StatisticsJson(schema, 3, {{"a", {"x", "y", 1, false}}, {"b", {"1", "2", 0, false}}}),
            R"({"numRecords":3,"minValues":{"b":1,"a":"x"},"maxValues":{"b":2,"a":"y"},)"
            R"("nullCount":{"b":0,"a":1}})");
  EXPECT_EQ(StatisticsJson(schema, 0, {}),
            R"({"numRecords":0,"minValues":{},"maxValues":{},"nullCount":{}})");
}

TEST(StatisticsTest, ANanTakesTheBoundsAway) {
  EXPECT_EQ(StatisticsJson({{{"d", "double"}}}, 2, {{"d", {"1.0", "2.0", 0, true}}}),
            R"({"numRecords":2,"minValues":{},"maxValues":{},"nullCount":{"d":0}})");
}

TEST(StatisticsTest, PassesOverWhatIsNestedOrUnknown) {
  const Schema schema = {{{"n", R"({"type":"struct","fields":[]})"}, {"a", "long"}}};
  EXPECT_EQ(StatisticsJson(schema, 1,
                           {{"n", {"1", "1", 0, false}},
                            {"z", {"1", "1", 0, false}},
                            {"a", {std::nullopt, std::nullopt, 1, false}}}),
            R"({"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{"a":1}})");
}

}  // namespace
}  // namespace cadenza::delta

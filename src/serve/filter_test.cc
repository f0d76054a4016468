#include "serve/filter.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

const std::vector<engine::Column> kColumns = {
    {"plays", "BIGINT"}, {"country", "VARCHAR"}, {"is_new", "BOOLEAN"}, {"day", "DATE"}};

TEST(FilterTest, BecomesSqlOfColumnsAndConstants) {
  const auto sql = [](const char* text) {
    TextFault fault;
    const auto made = FilterSql(text, kColumns, &fault);
    return made.ok() ? *made : made.error().message;
  };
  EXPECT_EQ(sql("plays > 3"), "(\"plays\" > CAST('3' AS BIGINT))");
  EXPECT_EQ(sql("Plays<>-3 or not is_new = true and day is not null"),
            "(\"plays\" <> CAST('-3' AS BIGINT) OR NOT (\"is_new\" = CAST('true' AS BOOLEAN)) AND "
            "\"day\" IS NOT NULL)");
  EXPECT_EQ(sql("country in ('D''E', 'FR') and (day between '2025-07-01' and '2025-08-31')"),
            "(\"country\" IN (CAST('D''E' AS VARCHAR), CAST('FR' AS VARCHAR)) AND (\"day\" BETWEEN "
            "CAST('2025-07-01' AS DATE) AND CAST('2025-08-31' AS DATE)))");
  EXPECT_EQ(sql("\"country\" not like 'D%'"),
            "(CAST(\"country\" AS VARCHAR) NOT LIKE CAST('D%' AS VARCHAR))");
}

TEST(FilterTest, FaultsHaveTheirPlace) {
  const struct {
    std::string text;
    int64_t position;
  } kCases[] = {
      {"", 0},
      {"plays", 5},
      {"plays >", 7},
      {"plays > country", 8},
      {"artist = 3", 0},
      {"plays = 3 and", 13},
      {"plays = 3 4", 10},
      {"plays = (select 1)", 8},
      {"plays = 3; drop table x", 9},
      {"plays = 3 -- rest) or 1 = 1", 27},
      {"(plays = 3", 10},
      {"plays in ()", 10},
      {"plays = 3 or sleep(1) = 1", 13},
      {"country = $$x$$", 10},
      {"country = e'x'", 10},
  };
  for (const auto& each : kCases) {
    TextFault fault;
    const bool is_comment = each.text.find("--") != std::string::npos;
    const auto made = FilterSql(each.text, kColumns, &fault);
    EXPECT_EQ(made.ok(), is_comment) << each.text;
    if (is_comment) continue;
    EXPECT_EQ(fault.position, each.position) << each.text << ": " << fault.message;
  }
  TextFault fault;
  EXPECT_FALSE(FilterSql(std::string(100, '(') + "plays = 1", kColumns, &fault).ok());
  std::string many = "plays = 1";
  for (int i = 0; i < 300; ++i) many += " or plays = 1";
  EXPECT_FALSE(FilterSql(many, kColumns, &fault).ok());
}

}  // namespace
}  // namespace cadenza::serve

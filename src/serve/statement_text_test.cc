#include "serve/statement_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cadenza::serve {
namespace {

using Json = nlohmann::json;

std::string With(const char* sql, const Json& parameters) {
  const auto made = WithParameters(sql, parameters);
  return made.ok() ? *made : "error: " + made.error().message;
}

TEST(StatementTextTest, ParametersBecomeValues) {
  EXPECT_EQ(With("select ?, ?, '?' from t -- ?", {1, "it's"}),
            "select (1), 'it''s', '?' from t -- ?");
  EXPECT_EQ(With("select $2, $1", {nullptr, true}), "select true, NULL");
  EXPECT_EQ(With("select $name, $$x$$", {{"name", -0.5}}), "select (-0.5), $$x$$");
  EXPECT_EQ(With("select 1", Json::array()), "select 1");
  for (const Json& wrong : {Json::array({1}), Json::array({1, 2, 3}),
                            Json::array({1, Json::array()}), Json::object({{"a", 1}}), Json("x")}) {
    EXPECT_TRUE(With("select ?, ?", wrong).starts_with("error")) << wrong.dump();
  }
}

TEST(StatementTextTest, PositionsOfErrors) {
  const std::string sql = "select x from users";
  const std::string message =
      "Binder Error: Referenced column \"x\" not found\n\nLINE 1: select x from users\n"
      "               ^";
  EXPECT_EQ(PositionIn(message, sql), 7);
  EXPECT_EQ(WithoutLines(message), "Binder Error: Referenced column \"x\" not found");
  EXPECT_EQ(PositionIn("Binder Error: no lines", sql), std::nullopt);
  EXPECT_EQ(PositionIn("a\n\nLINE 1: other\n        ^", sql), std::nullopt);
  const std::string second = "a\n\nLINE 2: from users\n             ^";
  EXPECT_EQ(PositionIn(second, "select x\nfrom users"), 14);
}

TEST(StatementTextTest, NamesThatAreNoneHaveTheirPlace) {
  EXPECT_EQ(MissingNameIn("no such column: x", "select x from users"), 7);
  EXPECT_EQ(MissingNameIn("no such column: levle; did you mean level?", "select 1, \"levle\""), 10);
  EXPECT_EQ(MissingNameIn("no such table: gold.nothing", "from gold.Nothing"), 10);
  EXPECT_EQ(MissingNameIn("no such column: x", "select x from (select 1 as x)"), std::nullopt);
  EXPECT_EQ(MissingNameIn("no such column: x", "select 'x'"), std::nullopt);
  EXPECT_EQ(MissingNameIn("the statement ends too early", "select x"), std::nullopt);
}

}  // namespace
}  // namespace cadenza::serve
